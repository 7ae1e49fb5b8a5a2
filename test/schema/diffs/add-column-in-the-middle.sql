-- ==== before
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL, email varchar(100));

-- ==== after
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(50) NOT NULL, nickname varchar(30) DEFAULT 'it''s' COMMENT 'short', email varchar(100), age int);

-- ==== up
ALTER TABLE `users`
  ADD COLUMN `nickname` varchar(30) DEFAULT 'it''s' COMMENT 'short' AFTER `name`,
  ADD COLUMN `age` int DEFAULT NULL;

-- ==== down
-- DESTRUCTIVE: drops column users.nickname with its values
-- DESTRUCTIVE: drops column users.age with its values
ALTER TABLE `users`
  DROP COLUMN `nickname`,
  DROP COLUMN `age`;
