-- Takes back what the up file wrote, and only that. If the editor wrote more posts by now, the last DELETE
-- fails on the foreign key and the whole transaction is undone: better than to lose them.
START TRANSACTION;

-- The foreign keys take the post's comments and tags along.
DELETE posts
FROM posts
JOIN users ON users.id = posts.user_id
WHERE users.email = 'editor@blog.example' AND posts.title = 'Hello, world';

DELETE FROM tags WHERE name IN ('news', 'café');

DELETE FROM users WHERE email = 'editor@blog.example';

COMMIT;
