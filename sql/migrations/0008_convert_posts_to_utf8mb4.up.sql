-- ALTER TABLE … CONVERT TO CHARACTER SET would do it in one line, but it also turns TEXT into MEDIUMTEXT, to
-- have room for the same number of characters, and so could not be taken back exactly. Here the table gets
-- its new default, and every column that is named takes it. This copies the table; on a big one, choose the
-- hour.
ALTER TABLE posts
  DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci,
  MODIFY COLUMN title VARCHAR(150) NOT NULL,
  MODIFY COLUMN slug VARCHAR(180) NOT NULL,
  MODIFY COLUMN body TEXT NOT NULL;
