SELECT 'a\'; SELECT "b\"; SELECT 'c;';
SET sql_mode = 'ANSI';
SELECT 'a\';b';
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
SELECT 'a\';
