-- The table gets the name everybody uses for it. Its constraints had it from the start.
RENAME TABLE posts_tags TO taggings;
