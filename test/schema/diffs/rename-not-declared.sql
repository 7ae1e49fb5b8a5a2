-- ==== before
CREATE TABLE users (id bigint PRIMARY KEY, full_name varchar(50));

-- ==== after
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50));

-- ==== up
-- DESTRUCTIVE: drops column users.full_name with its values
ALTER TABLE `users`
  DROP COLUMN `full_name`,
  ADD COLUMN `name` varchar(50) DEFAULT NULL;

-- ==== down
-- DESTRUCTIVE: drops column users.name with its values
ALTER TABLE `users`
  DROP COLUMN `name`,
  ADD COLUMN `full_name` varchar(50) DEFAULT NULL;
