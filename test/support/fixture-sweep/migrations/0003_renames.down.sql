RENAME TABLE twin_b TO twin_swap, twin_a TO twin_b, twin_swap TO twin_a;
INSERT INTO ledger (entry) SELECT CONCAT('down: twin_a holds ', who) FROM twin_a ORDER BY id;
ALTER TABLE right_side RENAME COLUMN edge TO side;
UPDATE left_side SET more = more * 10;
RENAME TABLE right_side TO swap, left_side TO right_side, swap TO left_side;
INSERT INTO ledger (entry, n) SELECT CONCAT('down: right holds ', side), more FROM right_side;
DROP TABLE twin_b, left_side, twin_a, right_side;
