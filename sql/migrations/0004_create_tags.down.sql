-- Loses every tag. The table that refers to the others goes first.
DROP TABLE posts_tags;

DROP TABLE tags;
