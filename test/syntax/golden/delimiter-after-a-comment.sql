DELIMITER //
SELECT 1//
-- one comment
/* or two */ DELIMITER ;
SELECT 2;
