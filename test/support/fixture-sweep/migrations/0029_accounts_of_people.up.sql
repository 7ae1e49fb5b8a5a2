-- Accounts and what they may do, which belong to the server and not to the database.
CREATE USER sweep_user@localhost;
GRANT SELECT ON ledger TO sweep_user@localhost;
INSERT INTO ledger (entry) VALUES ('granted');
GRANT INSERT, UPDATE (n) ON ledger TO sweep_user@localhost;
CREATE PROCEDURE look() SELECT 1;
GRANT EXECUTE ON PROCEDURE look TO sweep_user@localhost;
UPDATE counter SET n = MOD(n * 3 + 7, 1000003) WHERE name = 'main';
REVOKE INSERT ON ledger FROM sweep_user@localhost;
ALTER USER sweep_user@localhost WITH MAX_QUERIES_PER_HOUR 7;
UPDATE counter SET n = MOD(n * 3 + 7, 1000003) WHERE name = 'main';
RENAME USER sweep_user@localhost TO sweep_user@'127.0.0.1';
UPDATE counter SET n = MOD(n * 3 + 7, 1000003) WHERE name = 'main';
