-- ==== before
CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL, KEY k (b));

-- ==== after
CREATE TABLE t (a int, b int AS (a + 1) STORED, KEY k (b));

-- ==== up
ALTER TABLE `t`
  DROP KEY `k`,
  DROP COLUMN `b`,
  ADD COLUMN `b` int GENERATED ALWAYS AS (`a` + 1) STORED,
  ADD KEY `k` (`b`);

-- ==== down
ALTER TABLE `t`
  DROP KEY `k`,
  DROP COLUMN `b`,
  ADD COLUMN `b` int GENERATED ALWAYS AS (`a` + 1) VIRTUAL,
  ADD KEY `k` (`b`);
