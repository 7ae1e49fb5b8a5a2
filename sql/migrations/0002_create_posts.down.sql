-- Loses every post.
DROP TABLE posts;
