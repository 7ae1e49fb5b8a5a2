-- Loses which posts are drafts: they all become public again, as before.
-- DROP CONSTRAINT is what both servers have (MySQL from 8.0.19 on); a column cannot go before its CHECK.
ALTER TABLE posts
  DROP CONSTRAINT posts_published,
  DROP CONSTRAINT posts_status;

ALTER TABLE posts
  DROP COLUMN published_at,
  DROP COLUMN status;
