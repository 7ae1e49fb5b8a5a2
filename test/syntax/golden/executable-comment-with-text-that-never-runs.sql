/*!99999 don't; */
SELECT 1;
