SELECT 1;
SELECT 2 -- two
;
DELIMITER //
SELECT 3//
DELIMITER ;
use a
SELECT 'a
b';
