-- ==== unique keys without a primary key change places
CREATE TABLE t (a int NOT NULL, b int NOT NULL, UNIQUE z_b (b), UNIQUE a_a (a));
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL, UNIQUE a_a (a), UNIQUE z_b (b));

-- ==== unique keys behind a primary key change places
CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, UNIQUE x (a), UNIQUE y (b), UNIQUE z (c));
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, UNIQUE z (c), UNIQUE y (b), UNIQUE x (a));

-- ==== a unique key is added between others
CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, UNIQUE x (a), UNIQUE z (c));
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, UNIQUE x (a), UNIQUE y (b), UNIQUE z (c));

-- ==== a unique key is added at the end
CREATE TABLE t (id int PRIMARY KEY, a int, b int, UNIQUE z (a));
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, a int, b int, UNIQUE z (a), UNIQUE y (b));

-- ==== unique keys that foreign keys refer to change places
CREATE TABLE p (a int NOT NULL, b int NOT NULL, UNIQUE x (a), UNIQUE y (b));
CREATE TABLE c (a int, b int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (a), CONSTRAINT g FOREIGN KEY (b) REFERENCES p (b));
-- ---- after
CREATE TABLE p (a int NOT NULL, b int NOT NULL, UNIQUE y (b), UNIQUE x (a));
CREATE TABLE c (a int, b int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (a), CONSTRAINT g FOREIGN KEY (b) REFERENCES p (b));

-- ==== unique keys that foreign keys are on change places
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int NOT NULL, b int NOT NULL, UNIQUE x (a), UNIQUE y (b), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT g FOREIGN KEY (b) REFERENCES p (id));
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int NOT NULL, b int NOT NULL, UNIQUE y (b), UNIQUE x (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT g FOREIGN KEY (b) REFERENCES p (id));

-- ==== unique keys that the table's own foreign key refers to change places
CREATE TABLE t (a int NOT NULL, b int NOT NULL, up int, UNIQUE x (a), UNIQUE y (b), CONSTRAINT f FOREIGN KEY (up) REFERENCES t (a));
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL, up int, UNIQUE y (b), UNIQUE x (a), CONSTRAINT f FOREIGN KEY (up) REFERENCES t (a));

-- ==== unique keys change places while one is renamed and one becomes another
CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int NOT NULL, UNIQUE x (a), UNIQUE y (b), UNIQUE z (c));
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int NOT NULL, UNIQUE z (c, a), UNIQUE y (b), UNIQUE x2 (a));

-- ==== nulls come and go in unique keys
CREATE TABLE t (a int NOT NULL, b int, c int NOT NULL, UNIQUE x (a), UNIQUE y (b), UNIQUE z (c));
-- ---- rows
INSERT INTO t VALUES (1, 2, 3), (4, 5, 6);
-- ---- after
CREATE TABLE t (a int, b int NOT NULL, c int NOT NULL, UNIQUE x (a), UNIQUE y (b), UNIQUE z (c));

-- ==== a primary key comes before unique keys
CREATE TABLE t (a int NOT NULL, b int NOT NULL, UNIQUE x (a), UNIQUE y (b));
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (b), UNIQUE x (a));

-- ==== a primary key goes, and the order of unique keys is another one
CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (b), UNIQUE x (a));
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL, UNIQUE y (b), UNIQUE x (a));

-- ==== unique keys on prefixes and on whole columns
CREATE TABLE t (a varchar(50) NOT NULL, b varchar(50) NOT NULL, UNIQUE x (a(5)), UNIQUE y (b), UNIQUE z (b(5)));
-- ---- after
CREATE TABLE t (a varchar(50) NOT NULL, b varchar(50) NOT NULL, UNIQUE z (b(5)), UNIQUE y (b), UNIQUE x (a(5)), UNIQUE v (a));

-- ==== the order of all kinds of keys
CREATE TABLE t (a int, b varchar(50), c point NOT NULL, KEY k2 (a), KEY k1 (b), FULLTEXT f2 (b), SPATIAL s2 (c), UNIQUE u2 (a), UNIQUE u1 (b));
-- ---- after
CREATE TABLE t (a int, b varchar(50), c point NOT NULL, UNIQUE u1 (b), UNIQUE u2 (a), KEY k1 (b), FULLTEXT f1 (b), KEY k2 (a), SPATIAL s1 (c));

-- ==== unique keys in a MyISAM table
CREATE TABLE t (a int NOT NULL, b int NOT NULL, UNIQUE z_b (b), UNIQUE a_a (a)) ENGINE=MyISAM;
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL, UNIQUE a_a (a), UNIQUE z_b (b)) ENGINE=MyISAM;

-- ==== an index is added
CREATE TABLE t (a int, b int);
-- ---- after
CREATE TABLE t (a int, b int, KEY k (a, b DESC));

-- ==== an index is dropped
CREATE TABLE t (a int, b int, KEY k (a), UNIQUE u (b));
-- ---- after
CREATE TABLE t (a int, b int);

-- ==== an index gets other columns
CREATE TABLE t (a int, b int, KEY k (a));
-- ---- after
CREATE TABLE t (a int, b int, KEY k (b, a));

-- ==== an index becomes unique
CREATE TABLE t (a int, b int, KEY k (a), UNIQUE l (b));
-- ---- after
CREATE TABLE t (a int, b int, UNIQUE k (a), KEY l (b));

-- ==== an index is hidden [mysql]
CREATE TABLE t (a int, b int, KEY k (a), KEY l (b) INVISIBLE);
-- ---- after
CREATE TABLE t (a int, b int, KEY k (a) INVISIBLE, KEY l (b));

-- ==== an index is ignored [mariadb]
CREATE TABLE t (a int, b int, KEY k (a), KEY l (b) IGNORED);
-- ---- after
CREATE TABLE t (a int, b int, KEY k (a) IGNORED, KEY l (b));

-- ==== comments and prefixes of indexes
CREATE TABLE t (a varchar(50), b text, KEY k (a) COMMENT 'one', KEY l (b(10)));
-- ---- after
CREATE TABLE t (a varchar(50), b text, KEY k (a) COMMENT 'it''s', KEY l (b(20)));

-- ==== full-text keys
CREATE TABLE t (a text, b text, FULLTEXT f (a));
-- ---- after
CREATE TABLE t (a text, b text, FULLTEXT f (a, b));

-- ==== a functional key [mysql]
CREATE TABLE t (a int, b int, KEY k ((a + 1)));
-- ---- after
CREATE TABLE t (a int, b int, UNIQUE k ((a + 2)), KEY l ((b * 2) DESC, a));

-- ==== the primary key changes
CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a));
-- ---- after
CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (b, a));
