-- Loses the readers' accounts. Their comments stay, with the name and address they still carry.
START TRANSACTION;

UPDATE comments SET user_id = NULL;

DELETE FROM users WHERE role = 'reader';

COMMIT;
