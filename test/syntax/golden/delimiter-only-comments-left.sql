DELIMITER //
SELECT 1//
-- done
