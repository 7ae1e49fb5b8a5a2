/* c */ USE d
SELECT 2;
