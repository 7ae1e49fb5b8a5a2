-- ==== before
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, b int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));

-- ==== after
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (a int, b int, KEY f (a), KEY wide (a, b), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));

-- ==== up
ALTER TABLE `c`
  DROP KEY `f`,
  ADD KEY `wide` (`a`, `b`),
  ADD KEY `f` (`a`);

-- ==== down
ALTER TABLE `c`
  DROP KEY `wide`;
