-- The blog's schema as it should be: what the migrations beside this file add up to, written down as one.
-- Change this file first, then write the migration that leads there.

CREATE TABLE users (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  email VARCHAR(254) NOT NULL,
  name VARCHAR(100) NOT NULL,
  role VARCHAR(10) NOT NULL DEFAULT 'writer',
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  UNIQUE KEY users_email (email)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE TABLE posts (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  author_id BIGINT UNSIGNED NOT NULL,
  title VARCHAR(200) NOT NULL,
  slug VARCHAR(180) NOT NULL,
  content MEDIUMTEXT NOT NULL,
  status VARCHAR(10) NOT NULL DEFAULT 'draft',
  published_at DATETIME NULL,
  comment_count INT UNSIGNED NOT NULL DEFAULT 0,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  UNIQUE KEY posts_slug (slug),
  KEY posts_author_published (author_id, published_at),
  CONSTRAINT posts_author_fk FOREIGN KEY (author_id) REFERENCES users (id),
  CONSTRAINT posts_status CHECK (status IN ('draft', 'published')),
  CONSTRAINT posts_published CHECK (status <> 'published' OR published_at IS NOT NULL)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE TABLE comments (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  post_id BIGINT UNSIGNED NOT NULL,
  user_id BIGINT UNSIGNED NULL,
  author_name VARCHAR(100) NOT NULL,
  author_email VARCHAR(254) NOT NULL,
  body TEXT NOT NULL,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  KEY comments_post (post_id, created_at),
  KEY comments_user (user_id),
  CONSTRAINT comments_post_fk FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
  CONSTRAINT comments_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE TABLE tags (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(50) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY tags_name (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE TABLE taggings (
  post_id BIGINT UNSIGNED NOT NULL,
  tag_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (post_id, tag_id),
  KEY taggings_tag (tag_id, post_id),
  CONSTRAINT taggings_post_fk FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE,
  CONSTRAINT taggings_tag_fk FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;

CREATE VIEW published_posts AS
SELECT posts.id, posts.slug, posts.title, posts.content, posts.published_at, users.name AS author
FROM posts
JOIN users ON users.id = posts.author_id
WHERE posts.status = 'published';

CREATE TRIGGER comments_after_delete AFTER DELETE ON comments FOR EACH ROW
UPDATE posts SET comment_count = comment_count - 1, updated_at = updated_at WHERE id = OLD.post_id;

DELIMITER //

CREATE TRIGGER comments_after_insert AFTER INSERT ON comments FOR EACH ROW
BEGIN
  UPDATE posts SET comment_count = comment_count + 1, updated_at = updated_at WHERE id = NEW.post_id;
END //

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
