SELECT 'a\'; SELECT "b\"; SELECT 'c;';
SET sql_mode = 'ANSI';
SELECT 'a\';b';
SET sql_mode = DEFAULT;
SELECT 'a\';
