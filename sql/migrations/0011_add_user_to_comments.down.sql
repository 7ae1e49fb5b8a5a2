-- Loses which user a comment belongs to, and the roles. In the order of the foreign key: the constraint, its
-- index, the column.
ALTER TABLE users DROP COLUMN role;

ALTER TABLE comments
  DROP FOREIGN KEY comments_user_fk,
  DROP INDEX comments_user,
  DROP COLUMN user_id;
