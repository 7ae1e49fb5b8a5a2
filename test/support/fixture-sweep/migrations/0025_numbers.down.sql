INSERT INTO role (name) VALUES ('leaving');
INSERT INTO ledger (entry, n) SELECT CONCAT('down ', name), id FROM role ORDER BY id;
DROP TABLE member;
DROP TABLE role;
