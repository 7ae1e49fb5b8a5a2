-- The front page and every author's page, and the index that serves the latter.
CREATE VIEW published_posts AS
SELECT posts.id, posts.slug, posts.title, posts.content, posts.published_at, users.name AS author
FROM posts
JOIN users ON users.id = posts.author_id
WHERE posts.status = 'published';

-- The new index first: the foreign key needs one that starts with author_id at all times.
CREATE INDEX posts_author_published ON posts (author_id, published_at);

DROP INDEX posts_author ON posts;
