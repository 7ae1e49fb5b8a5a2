-- Loses slugs that were edited by hand. DROP COLUMN takes the index on it along.
ALTER TABLE posts DROP COLUMN slug;
