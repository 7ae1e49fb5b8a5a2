-- ==== a table is renamed
CREATE TABLE people (id int PRIMARY KEY);
-- ---- after
CREATE TABLE users ( -- renamed from people
  id int PRIMARY KEY
);

-- ==== a column is renamed
CREATE TABLE t (a int, b int);
-- ---- after
CREATE TABLE t (
  a int,
  c int -- renamed from b
);

-- ==== a column's name only changes its case
CREATE TABLE t (name int, KEY k (name));
-- ---- after
CREATE TABLE t (Name int, KEY k (Name));

-- ==== the comment's own spelling does not matter
CREATE TABLE t (FullName int);
-- ---- after
CREATE TABLE t (
  name int -- renamed from FULLNAME
);

-- ==== a column is renamed, retyped and moved
CREATE TABLE t (a int, b int, c int);
-- ---- after
CREATE TABLE t (
  d bigint NOT NULL DEFAULT 0, -- renamed from c
  a int,
  b int
);
-- ---- rows
INSERT INTO t VALUES (1, 2, 3), (4, 5, 6);

-- ==== two columns exchange their names
CREATE TABLE t (x int, y int);
-- ---- rows
INSERT INTO t VALUES (1, 10), (2, 20), (NULL, 30);
-- ---- after
CREATE TABLE t (
  y int, -- renamed from x
  x int -- renamed from y
);

-- ==== columns of different types exchange their names
CREATE TABLE t (x int NOT NULL, y varchar(20));
-- ---- rows
INSERT INTO t VALUES (1, 'one'), (2, 'two');
-- ---- after
CREATE TABLE t (
  x varchar(20), -- renamed from y
  y int NOT NULL -- renamed from x
);

-- ==== two columns exchange their names, and one its type
CREATE TABLE t (id int PRIMARY KEY, x int, y int);
-- ---- rows
INSERT INTO t VALUES (1, 10, 100), (2, 20, 200);
-- ---- after
CREATE TABLE t (
  id int PRIMARY KEY,
  y bigint, -- renamed from x
  x int NOT NULL -- renamed from y
);

-- ==== three columns pass their names round
CREATE TABLE t (a int, b int, c int, KEY ka (a), KEY kb (b), KEY kc (c));
-- ---- rows
INSERT INTO t VALUES (1, 10, 100), (2, 20, 200);
-- ---- after
CREATE TABLE t (
  b int, -- renamed from a
  c int, -- renamed from b
  a int, -- renamed from c
  KEY ka (b), KEY kb (c), KEY kc (a)
);

-- ==== a chain of columns, the last one with a new name
CREATE TABLE t (a int, b int, KEY ka (a), UNIQUE kb (b));
-- ---- rows
INSERT INTO t VALUES (1, 10), (2, 20);
-- ---- after
CREATE TABLE t (
  b int, -- renamed from a
  c int, -- renamed from b
  d int,
  KEY ka (b), UNIQUE kb (c)
);

-- ==== columns under keys exchange their names
CREATE TABLE t (x int, y int, PRIMARY KEY (x), UNIQUE u (y), KEY k (x, y));
-- ---- rows
INSERT INTO t VALUES (1, 10), (2, 20);
-- ---- after
CREATE TABLE t (
  y int, -- renamed from x
  x int, -- renamed from y
  PRIMARY KEY (y), UNIQUE u (x), KEY k (y, x)
);

-- ==== columns under keys exchange their names, and the keys stay on the names
CREATE TABLE t (x int NOT NULL, y int NOT NULL, UNIQUE kx (x), UNIQUE ky (y));
-- ---- rows
INSERT INTO t VALUES (1, 10), (2, 20);
-- ---- after
CREATE TABLE t (
  y int NOT NULL, -- renamed from x
  x int NOT NULL, -- renamed from y
  UNIQUE kx (x), UNIQUE ky (y)
);

-- ==== columns that foreign keys are on exchange their names
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE q (id int PRIMARY KEY);
CREATE TABLE c (x int, y int, KEY kx (x), KEY ky (y), CONSTRAINT fx FOREIGN KEY (x) REFERENCES p (id), CONSTRAINT fy FOREIGN KEY (y) REFERENCES q (id));
-- ---- rows
INSERT INTO p VALUES (1);
INSERT INTO q VALUES (10);
INSERT INTO c VALUES (1, 10);
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE q (id int PRIMARY KEY);
CREATE TABLE c (
  y int, -- renamed from x
  x int, -- renamed from y
  KEY kx (y), KEY ky (x), CONSTRAINT fx FOREIGN KEY (y) REFERENCES p (id), CONSTRAINT fy FOREIGN KEY (x) REFERENCES q (id)
);

-- ==== columns that foreign keys refer to exchange their names
CREATE TABLE p (x int PRIMARY KEY, y int NOT NULL, UNIQUE u (y));
CREATE TABLE c (a int, b int, CONSTRAINT fa FOREIGN KEY (a) REFERENCES p (x), CONSTRAINT fb FOREIGN KEY (b) REFERENCES p (y));
-- ---- rows
INSERT INTO p VALUES (1, 10);
INSERT INTO c VALUES (1, 10);
-- ---- after
CREATE TABLE p (
  y int PRIMARY KEY, -- renamed from x
  x int NOT NULL, -- renamed from y
  UNIQUE u (x)
);
CREATE TABLE c (a int, b int, CONSTRAINT fa FOREIGN KEY (a) REFERENCES p (y), CONSTRAINT fb FOREIGN KEY (b) REFERENCES p (x));

-- ==== columns in generated columns and checks exchange their names
CREATE TABLE t (x int, y int, s int AS (x + 1) STORED, v int AS (y * 2) VIRTUAL, CONSTRAINT c CHECK (x < y), KEY kv (v));
-- ---- rows
INSERT INTO t (x, y) VALUES (1, 10), (2, 20);
-- ---- after
CREATE TABLE t (
  y int, -- renamed from x
  x int, -- renamed from y
  s int AS (y + 1) STORED, v int AS (x * 2) VIRTUAL, CONSTRAINT c CHECK (y < x), KEY kv (v)
);

-- ==== columns in functional keys and defaults exchange their names [mysql]
CREATE TABLE t (x int, y int, z int DEFAULT (x + 1), KEY k ((x + 1)), UNIQUE u ((y * 2)));
-- ---- rows
INSERT INTO t (x, y) VALUES (1, 10), (2, 20);
-- ---- after
CREATE TABLE t (
  y int, -- renamed from x
  x int, -- renamed from y
  z int DEFAULT (y + 1), KEY k ((y + 1)), UNIQUE u ((x * 2))
);

-- ==== columns exchange their names in a partitioned table
CREATE TABLE t (x int NOT NULL, y int NOT NULL) PARTITION BY HASH (x) PARTITIONS 2;
-- ---- rows
INSERT INTO t VALUES (1, 10), (2, 20);
-- ---- after
CREATE TABLE t (
  y int NOT NULL, -- renamed from x
  x int NOT NULL -- renamed from y
) PARTITION BY HASH (y) PARTITIONS 2;

-- ==== columns exchange their names under a history [mariadb]
CREATE TABLE t (x int, y int) WITH SYSTEM VERSIONING;
-- ---- rows
INSERT INTO t VALUES (1, 10), (2, 20);
-- ---- after
CREATE TABLE t (
  y int, -- renamed from x
  x int -- renamed from y
) WITH SYSTEM VERSIONING;

-- ==== two tables exchange their names
CREATE TABLE a (id int PRIMARY KEY, x int);
CREATE TABLE b (id int PRIMARY KEY, y varchar(9));
-- ---- rows
INSERT INTO a VALUES (1, 10);
INSERT INTO b VALUES (2, 'two');
-- ---- after
CREATE TABLE b ( -- renamed from a
  id int PRIMARY KEY, x int
);
CREATE TABLE a ( -- renamed from b
  id int PRIMARY KEY, y varchar(9)
);

-- ==== two tables that refer to each other exchange their names
CREATE TABLE a (id int PRIMARY KEY, b_id int);
CREATE TABLE b (id int PRIMARY KEY, a_id int, name varchar(9), FOREIGN KEY (a_id) REFERENCES a (id));
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);
-- ---- rows
INSERT INTO a VALUES (1, NULL);
INSERT INTO b VALUES (2, 1, 'two');
-- ---- after
CREATE TABLE b ( -- renamed from a
  id int PRIMARY KEY, b_id int, KEY b_id (b_id)
);
CREATE TABLE a ( -- renamed from b
  id int PRIMARY KEY, a_id int, name varchar(9), KEY a_id (a_id), FOREIGN KEY (a_id) REFERENCES b (id)
);
ALTER TABLE b ADD FOREIGN KEY (b_id) REFERENCES a (id);

-- ==== a chain of tables
CREATE TABLE a (x int);
CREATE TABLE b (y int);
-- ---- rows
INSERT INTO a VALUES (1);
INSERT INTO b VALUES (2);
-- ---- after
CREATE TABLE b ( -- renamed from a
  x int
);
CREATE TABLE c ( -- renamed from b
  y int
);

-- ==== a table and its columns exchange names at once
CREATE TABLE a (x int, y int);
CREATE TABLE b (x int, z int, w int);
-- ---- rows
INSERT INTO a VALUES (1, 10);
INSERT INTO b VALUES (2, 20, 200);
-- ---- after
CREATE TABLE b ( -- renamed from a
  y int, -- renamed from x
  x int -- renamed from y
);
CREATE TABLE a ( -- renamed from b
  z int, -- renamed from x
  x int, -- renamed from z
  w int
);

-- ==== an index is renamed
CREATE TABLE t (a int, b int, KEY k (a), UNIQUE u (b));
-- ---- after
CREATE TABLE t (
  a int,
  b int,
  KEY l (a), -- renamed from k
  UNIQUE v (b) -- renamed from u
);

-- ==== an index is renamed and changed
CREATE TABLE t (a int, b int, KEY k (a));
-- ---- after
CREATE TABLE t (
  a int,
  b int,
  KEY l (a, b) -- renamed from k
);

-- ==== two indexes exchange their names
CREATE TABLE t (a int, b int, KEY k (a), KEY l (b));
-- ---- after
CREATE TABLE t (
  a int,
  b int,
  KEY l (a), -- renamed from k
  KEY k (b) -- renamed from l
);

-- ==== indexes that foreign keys lean on exchange their names
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (a int, b int, UNIQUE k (a), UNIQUE l (b), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT g FOREIGN KEY (b) REFERENCES p (id));
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (a int, b int, UNIQUE l (a), UNIQUE k (b), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT g FOREIGN KEY (b) REFERENCES p (id));

-- ==== an index takes the name of one that is dropped
CREATE TABLE t (a int, b int, KEY k (a), KEY l (b));
-- ---- after
CREATE TABLE t (a int, b int, KEY l (a));

-- ==== the old name of an index is taken by a new one
CREATE TABLE t (a int, b int, KEY k (a));
-- ---- after
CREATE TABLE t (
  a int,
  b int,
  KEY l (a), -- renamed from k
  KEY k (b)
);

-- ==== a comment whose rename was made long ago
CREATE TABLE t (b int, c int);
-- ---- after
CREATE TABLE t (
  b bigint, -- renamed from a
  c int
);
