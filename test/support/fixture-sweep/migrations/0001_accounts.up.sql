-- Several DDLs in one file; between them DML that must not run twice.
CREATE TABLE account (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  owner VARCHAR(40) NOT NULL,
  balance INT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO account (owner, balance) VALUES ('ada', 10), ('grace 🚀', 20), ('linus; -- ''no'' comment', 30);
ALTER TABLE account ADD COLUMN visits INT NOT NULL DEFAULT 0;
UPDATE account SET visits = visits + 1, balance = balance * 2;
INSERT INTO ledger (entry, n) SELECT CONCAT('account ', owner), balance + visits FROM account ORDER BY id;
CREATE INDEX account_owner ON account (owner);
UPDATE counter SET n = MOD(n * 3 + 7, 1000003) WHERE name = 'main';
ALTER TABLE account DROP COLUMN visits;
ALTER TABLE account MODIFY balance BIGINT NOT NULL DEFAULT 5, ADD COLUMN note VARCHAR(20) NULL COMMENT 'a; b';
INSERT INTO account (owner) VALUES ('margaret');
DROP INDEX account_owner ON account;
UPDATE counter SET n = MOD(n * 3 + 7, 1000003) WHERE name = 'main'
