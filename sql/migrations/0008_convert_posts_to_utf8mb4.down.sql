-- Loses nothing: a post with a character that latin1 lacks makes the server refuse (strict mode), and then
-- somebody has to decide about that post first.
ALTER TABLE posts
  DEFAULT CHARACTER SET latin1 COLLATE latin1_swedish_ci,
  MODIFY COLUMN title VARCHAR(150) NOT NULL,
  MODIFY COLUMN slug VARCHAR(180) NOT NULL,
  MODIFY COLUMN body TEXT NOT NULL;
