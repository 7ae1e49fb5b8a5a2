INSERT INTO ledger (entry, n) SELECT CONCAT('down account ', owner), balance FROM account ORDER BY id;
CREATE INDEX account_balance ON account (balance, owner);
DELETE FROM account ORDER BY balance DESC LIMIT 1;
ALTER TABLE account DROP COLUMN note, DROP INDEX account_balance;
DELETE FROM account ORDER BY balance DESC LIMIT 1;
INSERT INTO ledger (entry, n) SELECT 'accounts left', COUNT(*) FROM account;
DROP TABLE account;
UPDATE counter SET n = MOD(n * 5 + 3, 1000003) WHERE name = 'main';
