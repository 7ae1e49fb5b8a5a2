-- Counting comments on every page view was slow, so the number is kept with the post.
ALTER TABLE posts ADD COLUMN comment_count INT UNSIGNED NOT NULL DEFAULT 0 AFTER published_at;

UPDATE posts
SET comment_count = (SELECT COUNT(*) FROM comments WHERE comments.post_id = posts.id),
    updated_at = updated_at;

-- A body of one statement needs no BEGIN … END, and so no DELIMITER.
-- On a MySQL with a binary log, CREATE TRIGGER asks for more than the TRIGGER privilege:
-- https://dev.mysql.com/doc/refman/8.4/en/stored-programs-logging.html
CREATE TRIGGER comments_after_delete AFTER DELETE ON comments FOR EACH ROW
UPDATE posts SET comment_count = comment_count - 1, updated_at = updated_at WHERE id = OLD.post_id;

-- While it writes to posts, the statement that fires it cannot read posts (error 1442): comments come in with
-- VALUES, not with SELECT … FROM posts.
--
-- DELIMITER tells the client, not the server, what ends a statement while the body has semicolons of its own.
-- It means here what it means to the mysql client.
DELIMITER //

CREATE TRIGGER comments_after_insert AFTER INSERT ON comments FOR EACH ROW
BEGIN
  UPDATE posts SET comment_count = comment_count + 1, updated_at = updated_at WHERE id = NEW.post_id;
END //

-- Parameters have the database's collation unless they name one, and comparing two collations is an error.
CREATE PROCEDURE merge_tags (
  IN unwanted VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci,
  IN kept VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci
)
SQL SECURITY INVOKER
COMMENT 'Gives every post tagged with the one the other, then removes the one'
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    ROLLBACK;
    RESIGNAL;
  END;

  START TRANSACTION;
  INSERT IGNORE INTO tags (name) VALUES (kept);
  INSERT IGNORE INTO taggings (post_id, tag_id)
  SELECT old_taggings.post_id, new_tag.id
  FROM taggings AS old_taggings
  JOIN tags AS old_tag ON old_tag.id = old_taggings.tag_id AND old_tag.name = unwanted
  JOIN tags AS new_tag ON new_tag.name = kept;
  DELETE FROM tags WHERE name = unwanted AND name <> kept;
  COMMIT;
END //

DELIMITER ;
