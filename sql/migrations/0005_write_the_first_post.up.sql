-- What a new blog starts with. These rows belong together, so the file says so itself: they are committed
-- as one, and the history records them in the same transaction.
START TRANSACTION;

INSERT INTO users (email, name) VALUES ('editor@blog.example', 'The editor');

-- Rows are found by what identifies them rather than by LAST_INSERT_ID(), so that no statement depends on
-- which one ran right before it.
INSERT INTO posts (user_id, title, body)
SELECT id, 'Hello, world', 'This is the first post. Write your own; this one may go.'
FROM users
WHERE email = 'editor@blog.example';

INSERT INTO tags (name) VALUES ('news'), ('café');

INSERT INTO posts_tags (post_id, tag_id)
SELECT posts.id, tags.id
FROM posts
JOIN tags ON tags.name = 'news'
WHERE posts.title = 'Hello, world';

INSERT INTO comments (post_id, author_name, author_email, body)
SELECT id, 'A reader', 'reader@blog.example', 'First! 🎉'
FROM posts
WHERE title = 'Hello, world';

COMMIT;
