-- ==== system versioning comes [mariadb]
CREATE TABLE t (id int PRIMARY KEY, n int);
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING;

-- ==== system versioning goes [mariadb]
CREATE TABLE t (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING;
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, n int);
-- ---- loses
-- drops the history of t, the rows that were updated or deleted

-- ==== a column leaves the history [mariadb]
CREATE TABLE t (id int PRIMARY KEY, n int, m int) WITH SYSTEM VERSIONING;
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, n int WITHOUT SYSTEM VERSIONING, m int) WITH SYSTEM VERSIONING;

-- ==== an application-time period comes [mariadb]
CREATE TABLE t (id int PRIMARY KEY, s date NOT NULL, e date NOT NULL);
-- ---- rows
INSERT INTO t VALUES (1, '2026-01-01', '2026-02-01'), (2, '2026-01-01', '2026-03-01');
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, s date NOT NULL, e date NOT NULL, PERIOD FOR app (s, e));

-- ==== an application-time period goes, and its key [mariadb]
CREATE TABLE t (id int, s date NOT NULL, e date NOT NULL, PERIOD FOR app (s, e), UNIQUE k (id, app WITHOUT OVERLAPS));
-- ---- rows
INSERT INTO t VALUES (1, '2026-01-01', '2026-02-01'), (2, '2026-01-01', '2026-03-01');
-- ---- after
CREATE TABLE t (id int, s date NOT NULL, e date NOT NULL, KEY k (id));

-- ==== a period is about other columns [mariadb]
CREATE TABLE t (id int PRIMARY KEY, a date NOT NULL, b date NOT NULL, c date NOT NULL, PERIOD FOR app (a, b));
-- ---- rows
INSERT INTO t VALUES (1, '2026-01-01', '2026-02-01', '2026-03-01');
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, a date NOT NULL, b date NOT NULL, c date NOT NULL, PERIOD FOR app (b, c));

-- ==== a period comes with its columns [mariadb]
CREATE TABLE t (id int PRIMARY KEY);
-- ---- rows
DO 0;
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, s datetime(6) NOT NULL, e datetime(6) NOT NULL, PERIOD FOR app (s, e));

-- ==== system time in columns of its own comes [mariadb]
CREATE TABLE t (id int PRIMARY KEY, n int);
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, n int, rs timestamp(6) GENERATED ALWAYS AS ROW START, re timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (rs, re)) WITH SYSTEM VERSIONING;

-- ==== system time without a word becomes columns [mariadb]
CREATE TABLE t (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING;
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, n int, rs timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE, re timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (rs, re)) WITH SYSTEM VERSIONING;
-- ---- loses
-- drops the history of t, the rows that were updated or deleted

-- ==== versioning with partitions comes [mariadb]
CREATE TABLE t (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING;
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME (PARTITION p0 HISTORY, PARTITION pn CURRENT);

-- ==== versioning and its partitions go [mariadb]
CREATE TABLE t (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME (PARTITION p0 HISTORY, PARTITION pn CURRENT);
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, n int);
-- ---- loses
-- drops the history of t, the rows that were updated or deleted

-- ==== a partition of history more [mariadb]
CREATE TABLE t (id int PRIMARY KEY) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 100 (PARTITION p0 HISTORY, PARTITION pn CURRENT);
-- ---- after
CREATE TABLE t (id int PRIMARY KEY) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 200 (PARTITION p0 HISTORY, PARTITION p1 HISTORY, PARTITION pn CURRENT);

-- ==== the reference system of a column [mariadb]
CREATE TABLE t (id int PRIMARY KEY, g point, h point REF_SYSTEM_ID = 1);
-- ---- rows
INSERT INTO t VALUES (1, POINT(1, 2), POINT(3, 4));
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, g point REF_SYSTEM_ID = 4326 NOT NULL, h point);

-- ==== a column with a reference beside it [mariadb]
CREATE TABLE t (id int PRIMARY KEY, g point REF_SYSTEM_ID = 3857);
-- ---- rows
INSERT INTO t VALUES (1, POINT(1, 2));
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, n int, g point REF_SYSTEM_ID = 3857);
