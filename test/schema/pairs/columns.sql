-- ==== a column is added at the end
CREATE TABLE t (id int PRIMARY KEY, a int);
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20) NOT NULL DEFAULT 'x');

-- ==== a column is added first
CREATE TABLE t (a int);
-- ---- after
CREATE TABLE t (b int, a int);

-- ==== two columns are added in the middle
CREATE TABLE t (a int, z int);
-- ---- after
CREATE TABLE t (a int, b int, c int, z int);

-- ==== a column is dropped
CREATE TABLE t (a int, b int);
-- ---- after
CREATE TABLE t (a int);
-- ---- loses
-- drops column t.b with its values

-- ==== the first column goes to the end
CREATE TABLE t (a int, b int, c int);
-- ---- after
CREATE TABLE t (b int, c int, a int);

-- ==== the order of columns is turned round
CREATE TABLE t (a int, b int, c int, d int);
-- ---- after
CREATE TABLE t (d int, c int, b int, a int);

-- ==== a column is widened
CREATE TABLE t (a smallint, b varchar(20), c decimal(8,2));
-- ---- after
CREATE TABLE t (a bigint, b varchar(200), c decimal(12,4));

-- ==== a column is narrowed
CREATE TABLE t (a bigint, b varchar(200));
-- ---- after
CREATE TABLE t (a int, b varchar(20));
-- ---- loses
-- changes column t.a: bigint to int: values that are too long or too large are refused or cut
-- changes column t.b: varchar(200) to varchar(20): values that are too long or too large are refused or cut

-- ==== NULL is allowed
CREATE TABLE t (a int NOT NULL);
-- ---- after
CREATE TABLE t (a int);

-- ==== NULL is forbidden
CREATE TABLE t (a int, b int);
-- ---- rows
INSERT INTO t VALUES (1, 2);
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL DEFAULT 5);

-- ==== a default comes, changes and goes
CREATE TABLE t (a int, b int DEFAULT 1, c int DEFAULT 2);
-- ---- after
CREATE TABLE t (a int DEFAULT 0, b int DEFAULT 2, c int);

-- ==== a default is an expression
CREATE TABLE t (a int, b varchar(40) DEFAULT (concat('a', 'it''s')));
-- ---- after
CREATE TABLE t (a int DEFAULT (1 + 2), b varchar(40));

-- ==== a default is the time
CREATE TABLE t (a datetime, b timestamp(3) NULL);
-- ---- after
CREATE TABLE t (a datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, b timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3));
-- ---- rows
INSERT INTO t VALUES ('2020-01-01', '2020-01-01');

-- ==== a default is dropped altogether [mysql]
CREATE TABLE t (a int, b int);
ALTER TABLE t ALTER COLUMN b DROP DEFAULT;
-- ---- after
CREATE TABLE t (a int, b int);
ALTER TABLE t ALTER COLUMN a DROP DEFAULT;

-- ==== comments of columns
CREATE TABLE t (a int COMMENT 'it''s', b int);
-- ---- after
CREATE TABLE t (a int, b int COMMENT 'ünï 😀 \\ "q"');

-- ==== an invisible column
CREATE TABLE t (a int, b int);
-- ---- after
CREATE TABLE t (a int, b int INVISIBLE);

-- ==== AUTO_INCREMENT comes
CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int);
-- ---- after
CREATE TABLE t (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, a int);

-- ==== AUTO_INCREMENT moves with its key
CREATE TABLE t (a int NOT NULL AUTO_INCREMENT PRIMARY KEY, b int NOT NULL);
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL AUTO_INCREMENT PRIMARY KEY);

-- ==== the members of an enum are added and reordered
CREATE TABLE t (a enum('a','b'), b set('x','y'));
-- ---- after
CREATE TABLE t (a enum('c','b','a'), b set('z','x','y'));

-- ==== a generated column is added
CREATE TABLE t (a int);
-- ---- after
CREATE TABLE t (a int, b int AS (a + 1) STORED, c int AS (a * 2) VIRTUAL);

-- ==== a generated column becomes virtual, another one stored
CREATE TABLE t (a int, b int AS (a + 1) STORED, c int AS (a + 1) VIRTUAL);
-- ---- after
CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL, c int AS (a + 1) STORED);

-- ==== the expression of a generated column changes
CREATE TABLE t (a int, b int AS (a + 1) STORED);
-- ---- after
CREATE TABLE t (a int, b int AS (a + 2) STORED);

-- ==== an ordinary column becomes a stored one
CREATE TABLE t (a int, b int AS (a + 1) STORED);
-- ---- after
CREATE TABLE t (a int, b int);

-- ==== the character set of a column
CREATE TABLE t (a varchar(20) CHARACTER SET latin1, b text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin);
-- ---- after
CREATE TABLE t (a varchar(20) CHARACTER SET utf8mb4, b text CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci);

-- ==== a column with an SRID [mysql]
CREATE TABLE t (p point NOT NULL SRID 4326);
-- ---- rows
INSERT INTO t VALUES (ST_GeomFromText('POINT(1 1)', 4326));
-- ---- after
CREATE TABLE t (p point NOT NULL);

-- ==== the check of a column [mariadb]
CREATE TABLE t (a int CHECK (a > 0), b int);
-- ---- after
CREATE TABLE t (a int CHECK (a > 0 AND a < 100), b int CHECK (b <> 77));
