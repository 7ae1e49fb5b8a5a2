-- +migrate Up is another tool's; this folder has one file per direction
CREATE TABLE IF NOT EXISTS accounts (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    email VARCHAR(255) NOT NULL COMMENT 'login; unique',
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (id)
) ENGINE=InnoDB;

DROP TRIGGER IF EXISTS accounts_before_insert;

CREATE TRIGGER accounts_before_insert
BEFORE INSERT ON accounts
FOR EACH ROW
BEGIN
    IF NEW.email NOT LIKE '%@%' THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not an e-mail address;';
    END IF;
    SET NEW.email = LOWER(NEW.email);
END;

DROP PROCEDURE IF EXISTS add_column_if_missing;
CREATE PROCEDURE add_column_if_missing()
BEGIN
    IF NOT EXISTS (
        SELECT * FROM information_schema.columns
        WHERE table_name = 'accounts' AND column_name = 'name'
    ) THEN
        ALTER TABLE accounts ADD COLUMN name VARCHAR(100);
    END IF;
END;
CALL add_column_if_missing();
DROP PROCEDURE add_column_if_missing;
