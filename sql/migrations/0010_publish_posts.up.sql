-- Until now every post was public as soon as it was saved. So the column comes in with that as its default,
-- which gives every existing row its value without an UPDATE …
ALTER TABLE posts
  ADD COLUMN status VARCHAR(10) NOT NULL DEFAULT 'published' AFTER content,
  ADD COLUMN published_at DATETIME NULL AFTER status;

UPDATE posts SET published_at = created_at, updated_at = updated_at;

-- … and from now on a post starts as a draft.
ALTER TABLE posts ALTER COLUMN status SET DEFAULT 'draft';

-- A CHECK rather than an ENUM: another status is then another line here, and the rule can look at two columns.
-- MySQL enforces it from 8.0.16 on.
ALTER TABLE posts
  ADD CONSTRAINT posts_status CHECK (status IN ('draft', 'published')),
  ADD CONSTRAINT posts_published CHECK (status <> 'published' OR published_at IS NOT NULL);
