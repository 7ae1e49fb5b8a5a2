RENAME TABLE taggings TO posts_tags;
