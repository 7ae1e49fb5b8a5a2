-- Stored programs with DELIMITER, and CALLs of one that writes rows and of one that alters a table.
CREATE TABLE stock (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL, amount INT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
DELIMITER //
CREATE PROCEDURE book(IN what VARCHAR(40), IN times INT)
BEGIN
  DECLARE i INT DEFAULT 0;
  WHILE i < times DO
    INSERT INTO ledger (entry, n) VALUES (CONCAT('book ', what), i);
    SET i = i + 1;
  END WHILE;
  UPDATE counter SET n = MOD(n * 3 + 7, 1000003) WHERE name = 'main';
END //
CREATE FUNCTION doubled(x INT) RETURNS INT DETERMINISTIC NO SQL
BEGIN
  RETURN x * 2;
END //
CREATE TRIGGER stock_added AFTER INSERT ON stock FOR EACH ROW
BEGIN
  INSERT INTO ledger (entry, n) VALUES (CONCAT('trigger; ', NEW.name), NEW.amount);
END //
CREATE PROCEDURE grow()
BEGIN
  ALTER TABLE stock ADD COLUMN colour VARCHAR(10) NULL;
END //
CREATE FUNCTION note(what VARCHAR(40)) RETURNS INT DETERMINISTIC MODIFIES SQL DATA
BEGIN
  INSERT INTO ledger (entry) VALUES (CONCAT('note ', what));
  RETURN 1;
END //
CREATE PROCEDURE count_stock(OUT found INT)
BEGIN
  SELECT COUNT(*) INTO found FROM stock;
  SET @hidden = found * 7;
END //
DELIMITER ;
INSERT INTO stock (name, amount) VALUES ('nuts', 1), ('bolts', 2);
DO note('do');
SET @noted = note('set');
CALL count_stock(@found);
CALL book('first', 3);
CALL grow();
CALL book('second', 2);
UPDATE stock SET amount = doubled(amount), colour = 'red';
DROP TRIGGER stock_added;
INSERT INTO ledger (entry, n) VALUES (CONCAT('found ', @found), @hidden);
INSERT INTO stock (name, amount) VALUES ('silent', doubled(21));
DROP PROCEDURE grow;
