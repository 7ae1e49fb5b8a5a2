-- Three ways to change a column:
--   RENAME COLUMN  a new name and nothing else; safest, because the definition cannot be mistyped
--   MODIFY COLUMN  a new definition under the same name; it must repeat NOT NULL, DEFAULT, COMMENT, …
--   CHANGE COLUMN  both at once

-- By itself, because a column of a foreign key can be renamed in place only, and the second ALTER copies the
-- table. The foreign key follows the new name.
ALTER TABLE posts RENAME COLUMN user_id TO author_id;

-- Two changes in one ALTER are one copy of the table instead of two.
ALTER TABLE posts
  MODIFY COLUMN title VARCHAR(200) NOT NULL,
  CHANGE COLUMN body content MEDIUMTEXT NOT NULL;
