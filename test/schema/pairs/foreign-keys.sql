-- ==== a foreign key comes with its table
CREATE TABLE p (id int PRIMARY KEY);
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int, CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id));

-- ==== a foreign key comes with its column
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int);
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, p_id int, CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE);

-- ==== a foreign key goes with its column
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, p_id int, CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id));
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int);
-- ---- loses
-- drops column c.p_id with its values

-- ==== the action of a foreign key
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int, CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE);
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int, CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE SET NULL ON UPDATE CASCADE);

-- ==== a foreign key refers to another table
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE q (id int PRIMARY KEY);
CREATE TABLE c (p_id int, CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id));
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE q (id int PRIMARY KEY);
CREATE TABLE c (p_id int, CONSTRAINT f FOREIGN KEY (p_id) REFERENCES q (id));

-- ==== a foreign key of two columns
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE c (a int, b int);
-- ---- after
CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE c (a int, b int, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p (a, b));

-- ==== both ends of a foreign key are widened
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (p_id int, CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id));
-- ---- after
CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE c (p_id bigint, CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p (id));

-- ==== a table that refers to itself
CREATE TABLE t (id int PRIMARY KEY);
-- ---- after
CREATE TABLE t (id int PRIMARY KEY, up int, CONSTRAINT f FOREIGN KEY (up) REFERENCES t (id) ON DELETE SET NULL);

-- ==== two new tables in a circle
CREATE TABLE other (a int);
-- ---- after
CREATE TABLE other (a int);
CREATE TABLE a (id int PRIMARY KEY, b_id int);
CREATE TABLE b (id int PRIMARY KEY, a_id int, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id));
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id);

-- ==== a circle comes between tables that are there
CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (id int PRIMARY KEY);
-- ---- after
CREATE TABLE a (id int PRIMARY KEY, b_id int);
CREATE TABLE b (id int PRIMARY KEY, a_id int, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id));
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id);

-- ==== the keys of a circle are widened
CREATE TABLE a (id int PRIMARY KEY, b_id int);
CREATE TABLE b (id int PRIMARY KEY, a_id int, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id));
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id);
-- ---- after
CREATE TABLE a (id bigint PRIMARY KEY, b_id bigint);
CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id));
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id);

-- ==== a circle of three is turned round
CREATE TABLE a (id int PRIMARY KEY, x int);
CREATE TABLE b (id int PRIMARY KEY, x int, CONSTRAINT f1 FOREIGN KEY (x) REFERENCES a (id));
CREATE TABLE c (id int PRIMARY KEY, x int, CONSTRAINT f2 FOREIGN KEY (x) REFERENCES b (id));
ALTER TABLE a ADD CONSTRAINT f3 FOREIGN KEY (x) REFERENCES c (id);
-- ---- after
CREATE TABLE a (id int PRIMARY KEY, x int);
CREATE TABLE c (id int PRIMARY KEY, x int, CONSTRAINT f1 FOREIGN KEY (x) REFERENCES a (id));
CREATE TABLE b (id int PRIMARY KEY, x int, CONSTRAINT f2 FOREIGN KEY (x) REFERENCES c (id));
ALTER TABLE a ADD CONSTRAINT f3 FOREIGN KEY (x) REFERENCES b (id);

-- ==== two foreign keys exchange their names
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, b int, KEY ka (a), KEY kb (b), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT g FOREIGN KEY (b) REFERENCES p (id));
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, b int, KEY ka (a), KEY kb (b), CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT f FOREIGN KEY (b) REFERENCES p (id));

-- ==== a foreign key's name is declared to be another one
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (
  a int,
  KEY k (a),
  CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id) -- renamed from f
);

-- ==== a foreign key's old name is taken by another table's
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));
CREATE TABLE d (a int, KEY k (a));
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, KEY k (a), CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id));
CREATE TABLE d (a int, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));

-- ==== a foreign key keeps its name, and so does the way back, while its column is widened
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));
-- ---- after
CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE c (a bigint, KEY k (a), CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id));

-- ==== checks come, change and go
CREATE TABLE t (a int, b int, CONSTRAINT x CHECK (a > 0), CONSTRAINT y CHECK (b > 0));
-- ---- after
CREATE TABLE t (a int, b int, CONSTRAINT y CHECK (b >= 0), CONSTRAINT z CHECK (a < 100));

-- ==== two checks exchange their names
CREATE TABLE t (a int, b int, CONSTRAINT x CHECK (a > 0), CONSTRAINT y CHECK (b > 0));
-- ---- after
CREATE TABLE t (a int, b int, CONSTRAINT y CHECK (a > 0), CONSTRAINT x CHECK (b > 0));

-- ==== a check is switched off [mysql]
CREATE TABLE t (a int, CONSTRAINT x CHECK (a > 0), CONSTRAINT y CHECK (a < 100) NOT ENFORCED);
-- ---- after
CREATE TABLE t (a int, CONSTRAINT x CHECK (a > 0) NOT ENFORCED, CONSTRAINT y CHECK (a < 100));

-- ==== a check's name is declared to be another one
CREATE TABLE t (a int, CONSTRAINT x CHECK (a > 0));
-- ---- after
CREATE TABLE t (
  a int,
  CONSTRAINT y CHECK (a > 0) -- renamed from x
);

-- ==== names with backticks
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE `we``ird` (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES p (id));
-- ---- after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE `we``ird` (id int PRIMARY KEY, a int, b int COMMENT 'CONSTRAINT `x` FOREIGN KEY (`', CONSTRAINT `x```` y` FOREIGN KEY (b) REFERENCES p (id));
CREATE TABLE c (`o``dd` int, `(``,x` int, PRIMARY KEY (`o``dd`, `(``,x`));
CREATE TABLE `c``c` (`o``dd` int, `b``` int, CONSTRAINT `two ``` FOREIGN KEY (`o``dd`, `b```) REFERENCES c (`o``dd`, `(``,x`) ON DELETE CASCADE ON UPDATE SET NULL);

-- ==== a parent goes, and the column that refers to it
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (id int PRIMARY KEY, p int, CONSTRAINT to_p FOREIGN KEY (p) REFERENCES p (id));
-- ---- after
CREATE TABLE c (id int PRIMARY KEY);
-- ---- loses
-- drops column c.p with its values
-- drops table p with its rows

-- ==== a parent goes, and another takes its name and its keys
CREATE TABLE p (id int PRIMARY KEY, s int, CONSTRAINT ps FOREIGN KEY (s) REFERENCES p (id));
CREATE TABLE q (id int PRIMARY KEY);
CREATE TABLE c (id int PRIMARY KEY, p int, q int, CONSTRAINT to_p FOREIGN KEY (p) REFERENCES p (id));
-- ---- after
CREATE TABLE q (id int PRIMARY KEY, s int, CONSTRAINT ps FOREIGN KEY (s) REFERENCES q (id));
CREATE VIEW p AS SELECT id FROM q;
CREATE TABLE c (id int PRIMARY KEY, q int, CONSTRAINT to_p FOREIGN KEY (q) REFERENCES q (id));
-- ---- loses
-- drops table p with its rows
-- drops column c.p with its values

-- ==== a parent and its parent go
CREATE TABLE g (id int PRIMARY KEY);
CREATE TABLE p (id int PRIMARY KEY, g int, CONSTRAINT to_g FOREIGN KEY (g) REFERENCES g (id));
CREATE TABLE c (id int PRIMARY KEY, p int, g int, CONSTRAINT c_p FOREIGN KEY (p) REFERENCES p (id), CONSTRAINT c_g FOREIGN KEY (g) REFERENCES g (id));
-- ---- after
CREATE TABLE c (id bigint PRIMARY KEY);
-- ---- loses
-- drops table p with its rows
-- drops column c.p with its values
-- drops column c.g with its values
-- drops table g with its rows
