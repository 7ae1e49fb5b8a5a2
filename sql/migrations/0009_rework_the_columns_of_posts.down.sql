-- Loses nothing: a title or a text that is too long for the old column makes the server refuse (strict mode).
ALTER TABLE posts
  MODIFY COLUMN title VARCHAR(150) NOT NULL,
  CHANGE COLUMN content body TEXT NOT NULL;

ALTER TABLE posts RENAME COLUMN author_id TO user_id;
