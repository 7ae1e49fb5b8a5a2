-- ==== two FULLTEXT keys
CREATE TABLE t (id int PRIMARY KEY, a text, b text);
-- ---- after
CREATE TABLE t (id bigint PRIMARY KEY, a text, b text, FULLTEXT ka (a), FULLTEXT kb (b), FULLTEXT kab (a, b));

-- ==== another parser for a FULLTEXT key [mysql]
CREATE TABLE t (id int PRIMARY KEY, a text, b text, FULLTEXT k (a), FULLTEXT l (b));
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, a text, b text, FULLTEXT k (a) WITH PARSER ngram, FULLTEXT l (b) WITH PARSER ngram);

-- ==== a column that others are made of is replaced
CREATE TABLE t (id int PRIMARY KEY, n int, a int AS (n + 1), b int AS (a + 1), c int AS (b + 1) STORED, KEY kb (b));
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, n int, a int AS (n + 1) STORED, b int AS (a + 1), c int AS (b + 1) STORED, KEY kb (b));

-- ==== the reference system of a column with a spatial index [mysql]
CREATE TABLE t (id int PRIMARY KEY, g point NOT NULL, SPATIAL KEY k (g));
-- ---- rows
DO 0;
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, g point NOT NULL SRID 4326, SPATIAL KEY k (g));

-- ==== back from the system's tablespace [mysql]
CREATE TABLE t (id int PRIMARY KEY) TABLESPACE innodb_system;
-- ---- after
CREATE TABLE t (id int PRIMARY KEY);

-- ==== a default that comes out otherwise on a replica is added
CREATE TABLE t (id int PRIMARY KEY, z int);
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, u varchar(36) NOT NULL DEFAULT (uuid()), r double DEFAULT (rand()), z int, KEY k (u));

-- ==== one of bytes, first, beside other changes [mysql]
CREATE TABLE t (id int PRIMARY KEY, z int, KEY z (z));
-- ---- after
CREATE TABLE t (u binary(16) NOT NULL DEFAULT (uuid_to_bin(uuid())), id int, z bigint, by_ varchar(90) DEFAULT (concat(user(), '@')), PRIMARY KEY (id));

-- ==== a constant becomes one that comes out otherwise on a replica
CREATE TABLE t (id int PRIMARY KEY, u varchar(36) NOT NULL DEFAULT 'uuid()');
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, u varchar(40) NOT NULL DEFAULT (uuid()));
