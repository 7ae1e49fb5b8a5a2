SELECT "say ""x""", "", """", "a;b", "x\"y;", "\\", "it's `so`";
SELECT 1;
