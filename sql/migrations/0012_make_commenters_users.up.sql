-- A data migration: no DDL in it, so that it is one transaction, whole or not at all.
-- The old columns stay. They can go in a later release, when no running program reads them any more.
START TRANSACTION;

-- One user per address; of several names the first in the alphabet.
INSERT INTO users (email, name, role, created_at)
SELECT author_email, MIN(author_name), 'reader', MIN(created_at)
FROM comments
WHERE author_email NOT IN (SELECT email FROM users)
GROUP BY author_email;

UPDATE comments
JOIN users ON users.email = comments.author_email
SET comments.user_id = users.id
WHERE comments.user_id IS NULL;

COMMIT;
