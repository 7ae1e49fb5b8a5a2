SELECT 1;
-- c
SOURCE more.sql;
