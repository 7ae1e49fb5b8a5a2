--------------------
-- users, don't edit
--------------------
SELECT 1;
--no blank
SELECT 2;
