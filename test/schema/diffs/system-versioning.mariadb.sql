-- ==== before
CREATE TABLE t (a int) WITH SYSTEM VERSIONING;
CREATE TABLE u (a int);

-- ==== after
CREATE TABLE t (a int, b int) WITH SYSTEM VERSIONING;
CREATE TABLE u (a int) WITH SYSTEM VERSIONING;

-- ==== up
SET @saved_system_versioning_alter_history = @@SESSION.system_versioning_alter_history;
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `t`
  ADD COLUMN `b` int DEFAULT NULL;
SET SESSION system_versioning_alter_history = @saved_system_versioning_alter_history;

ALTER TABLE `u`
  ADD SYSTEM VERSIONING;

-- ==== down
-- DESTRUCTIVE: drops column t.b with its values
SET @saved_system_versioning_alter_history = @@SESSION.system_versioning_alter_history;
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `t`
  DROP COLUMN `b`;
SET SESSION system_versioning_alter_history = @saved_system_versioning_alter_history;

-- DESTRUCTIVE: drops the history of u, the rows that were updated or deleted
SET @saved_system_versioning_alter_history = @@SESSION.system_versioning_alter_history;
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `u`
  DROP SYSTEM VERSIONING;
SET SESSION system_versioning_alter_history = @saved_system_versioning_alter_history;
