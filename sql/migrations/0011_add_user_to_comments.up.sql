-- Comments will belong to users. The column may stay NULL: a user who leaves takes the account, not the words.
ALTER TABLE comments
  ADD COLUMN user_id BIGINT UNSIGNED NULL AFTER post_id,
  ADD INDEX comments_user (user_id),
  ADD CONSTRAINT comments_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL;

-- Who came by commenting is told from who was invited to write.
ALTER TABLE users ADD COLUMN role VARCHAR(10) NOT NULL DEFAULT 'writer' AFTER name;
