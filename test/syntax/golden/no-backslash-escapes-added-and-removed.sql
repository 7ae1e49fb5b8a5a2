SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');
SELECT 'a\';
SET @m = CONCAT_WS(',', @@sql_mode, 'ANSI_QUOTES');
SET sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '');
SELECT 'a\';b';
SET sql_mode = @m;
SELECT 'a\';
SET sql_mode = (SELECT REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''));
SELECT 'a\';b';
