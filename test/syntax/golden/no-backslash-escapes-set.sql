SELECT 'a\';b';
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
SELECT 'a\'; SELECT "b\";
SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION';
SELECT 'a\';b';
SET @@session.sql_mode := 'ansi_quotes,no_backslash_escapes';
SELECT 'a\';
SET LOCAL sql_mode = DEFAULT;
SELECT 'a\';b';
SET sql_mode = NO_BACKSLASH_ESCAPES;
SELECT 'a\';
SET sql_mode = '';
SELECT 'a\';b';
SET @@SQL_MODE = 1048576;
SELECT 'a\';
SET @@local.sql_mode = 0
;
SELECT 'a\';b';
