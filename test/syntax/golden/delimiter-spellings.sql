delimiter $$  
SELECT 1, '$'$$
   DeLiMiTeR	|
SELECT 2|
	delimiter ;;   
SELECT 3; ;;
SELECT 4;;;;
delimiter ;
SELECT 5;;
DELIMITER // -- the rest of the line is ignored; 'even this
SELECT 6//
DELIMITER ;
SELECT 7;
