CREATE INDEX posts_author ON posts (author_id);

DROP INDEX posts_author_published ON posts;

DROP VIEW published_posts;
