INSERT INTO ledger (entry, n) SELECT CONCAT('down stock ', name), doubled(amount) FROM stock ORDER BY id;
CALL book('down', 2);
DELIMITER $$
CREATE PROCEDURE shrink()
BEGIN
  ALTER TABLE stock DROP COLUMN colour;
END$$
CREATE TRIGGER stock_removed BEFORE DELETE ON stock FOR EACH ROW
  INSERT INTO ledger (entry, n) VALUES (CONCAT('removed ', OLD.name), OLD.amount)$$
DELIMITER ;
CALL shrink();
DELETE FROM stock ORDER BY id LIMIT 1;
CALL book('down again', 1);
DROP PROCEDURE shrink;
DROP FUNCTION doubled;
DROP FUNCTION note;
DROP PROCEDURE count_stock;
DROP PROCEDURE book;
DROP TABLE stock;
