-- The people who write here.
--
-- The engine, the character set and the collation are named rather than left to the server: its defaults
-- differ between MySQL (utf8mb4_0900_ai_ci) and MariaDB (latin1 before 11.6), and this one exists in both.
CREATE TABLE users (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  email VARCHAR(254) NOT NULL,
  name VARCHAR(100) NOT NULL,
  created_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  UNIQUE KEY users_email (email)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_520_ci;
