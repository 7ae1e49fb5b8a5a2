DROP PROCEDURE merge_tags;

-- Before the column that they write to.
DROP TRIGGER comments_after_insert;

DROP TRIGGER comments_after_delete;

ALTER TABLE posts DROP COLUMN comment_count;
