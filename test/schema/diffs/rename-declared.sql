-- ==== before
CREATE TABLE people (id bigint PRIMARY KEY, full_name varchar(50), mail varchar(50), KEY by_mail (mail));
CREATE TABLE pets (owner bigint, CONSTRAINT pets_owner FOREIGN KEY (owner) REFERENCES people (id));

-- ==== after
CREATE TABLE users ( -- renamed from people
  id bigint PRIMARY KEY,
  name varchar(50), -- renamed from full_name
  -- renamed from mail
  email varchar(80) NOT NULL,
  KEY by_mail (email)
);
CREATE TABLE pets (owner bigint, CONSTRAINT pets_owner FOREIGN KEY (owner) REFERENCES users (id));

-- ==== up
RENAME TABLE `people` TO `users`;

ALTER TABLE `users`
  RENAME COLUMN `full_name` TO `name`,
  CHANGE COLUMN `mail` `email` varchar(80) NOT NULL;

-- ==== down
RENAME TABLE `users` TO `people`;

-- DESTRUCTIVE: changes column people.mail: varchar(80) to varchar(50): values that are too long or too large are refused or cut
ALTER TABLE `people`
  RENAME COLUMN `name` TO `full_name`,
  CHANGE COLUMN `email` `mail` varchar(50) DEFAULT NULL;
