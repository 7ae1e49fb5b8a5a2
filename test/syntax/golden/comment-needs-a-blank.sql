SELECT 3--2;
SELECT 3-- 2;
;
SELECT 5--	tab;
;
SELECT 5--
;
