SET SESSION sql_mode = 'ANSI_QUOTES';
INSERT INTO ledger (entry, n) SELECT CONCAT('down ', body), UNIX_TIMESTAMP(stamped) FROM "memo" ORDER BY id;
ALTER TABLE "memo" DROP COLUMN "n";
CALL lenient();
INSERT INTO "ledger" ("entry", "n") SELECT 'down memos', COUNT(*) FROM "memo";
DROP PROCEDURE "lenient";
DROP TABLE "memo";
