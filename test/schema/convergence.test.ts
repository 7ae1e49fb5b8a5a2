import assert from "node:assert/strict";
import { diffSchemas } from "../../src/schema/diff";
import { NO_RENAMES } from "../../src/schema/renames";
import { renderChanges } from "../../src/schema/render";
import { forEachServer, type TestServer, withTestDatabase } from "../support/servers";
import { schemaOf, withSchemaSession } from "./schemas";

/** Two ways to say the same, which must not be told apart. */
interface Pair {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly only?: TestServer["family"];
}

const PAIRS: readonly Pair[] = [
  {
    name: "order of indexes that are not unique, and of kinds",
    a: "CREATE TABLE t (a int, b int, KEY x (a), KEY y (b), UNIQUE z (a, b))",
    b: "CREATE TABLE t (a int, b int, UNIQUE z (a, b), KEY y (b), KEY x (a))",
  },
  {
    name: "index added later",
    a: "CREATE TABLE t (a int, b int, KEY x (a), KEY y (b))",
    b: "CREATE TABLE t (a int, b int, KEY y (b)); CREATE INDEX x ON t (a)",
  },
  { name: "tinyint(1) and boolean", a: "CREATE TABLE t (a tinyint(1))", b: "CREATE TABLE t (a boolean)" },
  {
    name: "integer and int",
    a: "CREATE TABLE t (a integer, b dec(5), c numeric)",
    b: "CREATE TABLE t (a int, b decimal(5,0), c decimal(10,0))",
  },
  {
    name: "display width",
    only: "mysql",
    a: "CREATE TABLE t (a int(11), b bigint(20) unsigned)",
    b: "CREATE TABLE t (a int, b bigint unsigned)",
  },
  {
    name: "now() and CURRENT_TIMESTAMP",
    a: "CREATE TABLE t (a timestamp DEFAULT now() ON UPDATE now(), b datetime(3) DEFAULT now(3))",
    b: "CREATE TABLE t (a timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, b datetime(3) NULL DEFAULT CURRENT_TIMESTAMP(3))",
  },
  {
    name: "DEFAULT NULL and nothing",
    a: "CREATE TABLE t (a int, b varchar(3), c timestamp NULL, d text, e json, f blob)",
    b: "CREATE TABLE t (a int NULL DEFAULT NULL, b varchar(3) DEFAULT NULL, c timestamp NULL DEFAULT NULL, d text DEFAULT NULL, e json DEFAULT NULL, f blob DEFAULT NULL)",
  },
  {
    name: "quotes around a number",
    a: "CREATE TABLE t (a int DEFAULT 5, b decimal(5,2) DEFAULT 1.5)",
    b: "CREATE TABLE t (a int DEFAULT '5', b decimal(5,2) DEFAULT '1.50')",
  },
  {
    name: "collation inherited or explicit",
    a: "CREATE TABLE t (a varchar(9), b text, c enum('x')) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci",
    b: "CREATE TABLE t (a varchar(9) COLLATE utf8mb4_unicode_ci, b text CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci, c enum('x') COLLATE utf8mb4_unicode_ci) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci",
  },
  {
    name: "collation inherited from the database",
    a: "CREATE TABLE t (a varchar(9))",
    b: "CREATE TABLE t (a varchar(9)) CHARSET utf8mb4 COLLATE utf8mb4_general_ci",
  },
  {
    name: "default collation of a character set",
    a: "CREATE TABLE t (a varchar(9) CHARACTER SET latin1) DEFAULT CHARSET latin1",
    b: "CREATE TABLE t (a varchar(9) COLLATE latin1_swedish_ci) DEFAULT CHARSET latin1 COLLATE latin1_swedish_ci",
  },
  {
    name: "utf8 and utf8mb3",
    a: "CREATE TABLE t (a varchar(9) CHARACTER SET utf8) DEFAULT CHARSET utf8",
    b: "CREATE TABLE t (a varchar(9) CHARACTER SET utf8mb3) DEFAULT CHARSET utf8mb3",
  },
  {
    name: "national and nchar",
    a: "CREATE TABLE t (a nchar(5), b national varchar(5))",
    b: "CREATE TABLE t (a char(5) CHARACTER SET utf8mb3, b varchar(5) CHARACTER SET utf8mb3)",
  },
  {
    name: "index for a foreign key, made or declared",
    a: "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
    b: "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, KEY f (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
  },
  {
    name: "RESTRICT, NO ACTION and nothing",
    a: "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE RESTRICT ON UPDATE NO ACTION)",
    b: "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
  },
  {
    name: "names of foreign keys and checks, where nothing else differs",
    a: "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, KEY k (a), FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT x CHECK (a > 0))",
    b: "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CHECK (a > 0))",
  },
  {
    name: "order of foreign keys",
    a: "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, b int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT g FOREIGN KEY (b) REFERENCES p (id))",
    b: "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, b int, CONSTRAINT g FOREIGN KEY (b) REFERENCES p (id), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
  },
  {
    name: "text of a check",
    a: "CREATE TABLE t (a int, b varchar(9), CONSTRAINT c CHECK (a>0 AND b!='it\\'s'))",
    b: "CREATE TABLE t (a int, b varchar(9), CONSTRAINT c CHECK (((`a` > 0) and (`b` <> 'it''s'))))",
  },
  {
    name: "JSON and what MariaDB makes of it",
    only: "mariadb",
    a: "CREATE TABLE t (a json)",
    b: "CREATE TABLE t (a longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin CHECK (json_valid(a)))",
  },
  {
    name: "white space in an enum",
    a: "CREATE TABLE t (a enum('b','a','c d'))",
    b: "CREATE TABLE t (a ENUM ( 'b' , 'a' , 'c d' ))",
  },
  {
    name: "generated columns",
    a: "CREATE TABLE t (a int, b int AS (a+1), c varchar(9) GENERATED ALWAYS AS (concat('x',a)) STORED)",
    b: "CREATE TABLE t (a int, b int GENERATED ALWAYS AS ((`a` + 1)) VIRTUAL, c varchar(9) AS (CONCAT('x', `a`)) STORED)",
  },
  {
    name: "comments with quotes",
    a: "CREATE TABLE t (a int COMMENT 'it''s \"q\" \\\\ \\n') COMMENT 'o\\'k'",
    b: 'CREATE TABLE t (a int COMMENT "it\'s \\"q\\" \\\\ \n") COMMENT "o\'k"',
  },
  {
    name: "AUTO_INCREMENT counter",
    a: "CREATE TABLE t (a int PRIMARY KEY AUTO_INCREMENT) AUTO_INCREMENT=9",
    b: "CREATE TABLE t (a int PRIMARY KEY AUTO_INCREMENT)",
  },
  {
    name: "USING BTREE",
    a: "CREATE TABLE t (a int, KEY k (a) USING BTREE)",
    b: "CREATE TABLE t (a int, KEY k (a))",
  },
  { name: "ascending", a: "CREATE TABLE t (a int, KEY k (a ASC))", b: "CREATE TABLE t (a int, KEY k (a))" },
  {
    name: "partition names and engine",
    a: "CREATE TABLE t (a int) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (5) ENGINE InnoDB, PARTITION q VALUES LESS THAN (MAXVALUE) ENGINE InnoDB)",
    b: "CREATE TABLE t (a int) PARTITION BY RANGE(`a`) (PARTITION `p` VALUES LESS THAN (5), PARTITION `q` VALUES LESS THAN MAXVALUE)",
  },
  {
    name: "a view's spelling",
    a: "CREATE TABLE t (a int); CREATE VIEW v AS SELECT * FROM t WHERE a>1",
    b: "CREATE TABLE t (a int); CREATE ALGORITHM=UNDEFINED SQL SECURITY DEFINER VIEW v AS SELECT t.a AS a FROM t WHERE (t.a > 1)",
  },
  {
    name: "a trigger's spelling",
    a: "CREATE TABLE t (a int); create trigger g before insert on t for each row SET NEW.a = 1",
    b: "CREATE TABLE t (a int); CREATE TRIGGER `g` BEFORE INSERT\n ON `t` FOR EACH ROW SET NEW.a = 1",
  },
  {
    name: "order of triggers, said and implied",
    a: "CREATE TABLE t (a int); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2",
    b: "CREATE TABLE t (a int); CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW PRECEDES h SET NEW.a = 1",
  },
  {
    name: "an event's start when it was created",
    a: "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    b: "DO SLEEP(1.1); CREATE EVENT e ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1",
  },
  {
    name: "an event some time from now",
    a: "CREATE EVENT e ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 1 DAY DO SELECT 1",
    b: "DO SLEEP(1.1); CREATE EVENT e ON SCHEDULE AT CURRENT_TIMESTAMP + INTERVAL 1 DAY DO SELECT 1",
  },
  {
    name: "one's own account as definer",
    a: "CREATE FUNCTION f() RETURNS int NO SQL RETURN 1",
    b: "CREATE DEFINER=CURRENT_USER FUNCTION f() RETURNS int NO SQL RETURN 1",
  },
  {
    name: "a sequence's defaults",
    only: "mariadb",
    a: "CREATE SEQUENCE s",
    b: "CREATE SEQUENCE s START WITH 1 MINVALUE 1 INCREMENT BY 1 CACHE 1000 NOCYCLE; DO NEXTVAL(s)",
  },
  {
    name: "what another engine left behind",
    only: "mariadb",
    a: "CREATE TABLE t (a int) ENGINE=Aria; ALTER TABLE t ENGINE=InnoDB",
    b: "CREATE TABLE t (a int) ENGINE=InnoDB",
  },
  {
    name: "KEY_BLOCK_SIZE that an index kept",
    a: "CREATE TABLE t (a int PRIMARY KEY, b int, KEY k (b)) KEY_BLOCK_SIZE=8 ROW_FORMAT=COMPRESSED; ALTER TABLE t KEY_BLOCK_SIZE=4",
    b: "CREATE TABLE t (a int PRIMARY KEY, b int, KEY k (b)) KEY_BLOCK_SIZE=4 ROW_FORMAT=COMPRESSED",
  },
];

for (const { name, a, b, only } of PAIRS) {
  forEachServer(`no difference: ${name}`, async (t, server) => {
    if (only !== undefined && only !== server.family) return t.skip(`${only} only`);
    await withTestDatabase(server, async (database) =>
      withSchemaSession(server, database.name, async (session) => {
        const from = await schemaOf(session, `${a};`);
        const to = await schemaOf(session, `${b};`);
        const options = { server: session.server, renames: NO_RENAMES };
        assert.equal(renderChanges(diffSchemas(from, to, options), session.server), "");
        assert.equal(renderChanges(diffSchemas(to, from, options), session.server), "");
      }),
    );
  });
}
