-- A mandatory column on a table that has rows: add it empty, fill it, then forbid NULL. If this stops in the
-- middle, MySQL has already committed the first ALTER; running `up` again goes on from there.
ALTER TABLE posts ADD COLUMN slug VARCHAR(180) NULL AFTER title;

-- The id keeps two posts of the same title apart. Without the last line every post would count as edited now,
-- because of ON UPDATE CURRENT_TIMESTAMP.
UPDATE posts
SET slug = CONCAT(TRIM(BOTH '-' FROM REGEXP_REPLACE(LOWER(title), '[^a-z0-9]+', '-')), '-', id),
    updated_at = updated_at;

ALTER TABLE posts
  MODIFY COLUMN slug VARCHAR(180) NOT NULL,
  ADD UNIQUE INDEX posts_slug (slug);
