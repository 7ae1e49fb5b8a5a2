BEGIN;
CALL buy(1, 1000);
INSERT INTO ledger (entry, n) SELECT 'down bought', SUM(price) FROM bought;
COMMIT;
DROP PROCEDURE buy;
DROP TABLE bought, buyer;
