SELECT 1;
DELIMITER //
CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END//
SELECT 6/2, 1;//
-- a comment // with one
SELECT '//' /* // */ -- //
  //
DELIMITER ;
SELECT 2;
