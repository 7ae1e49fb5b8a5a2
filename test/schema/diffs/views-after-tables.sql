-- ==== before
CREATE TABLE t (a int);
CREATE VIEW gone AS SELECT a FROM t;
CREATE VIEW v AS SELECT a FROM t;

-- ==== after
CREATE TABLE t (a int, b int);
CREATE VIEW w AS SELECT b FROM t;
CREATE VIEW v AS SELECT t.a, w.b FROM t, w;

-- ==== up
DROP VIEW `gone`;

ALTER TABLE `t`
  ADD COLUMN `b` int DEFAULT NULL;

CREATE VIEW `w` AS select `t`.`b` AS `b` from `t`;

CREATE OR REPLACE VIEW `v` AS select `t`.`a` AS `a`,`w`.`b` AS `b` from (`t` join `w`);

-- ==== down
DROP VIEW `w`;

-- DESTRUCTIVE: drops column t.b with its values
ALTER TABLE `t`
  DROP COLUMN `b`;

CREATE VIEW `gone` AS select `t`.`a` AS `a` from `t`;

CREATE OR REPLACE VIEW `v` AS select `t`.`a` AS `a` from `t`;
