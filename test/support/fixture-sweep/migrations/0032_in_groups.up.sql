-- Statements that commit by themselves and go to the server together, between others that do not.
CREATE TABLE grouped_1 (id INT PRIMARY KEY, note VARCHAR(40) DEFAULT 'it''s one');
CREATE TABLE grouped_2 (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(40));
CREATE TABLE grouped_3 (id INT PRIMARY KEY, note VARCHAR(40)) -- the third
;
CREATE TABLE grouped_4 (id INT PRIMARY KEY, note VARCHAR(40)) COMMENT='four';
CREATE TABLE grouped_5 (id INT PRIMARY KEY, note VARCHAR(40), KEY (note));
INSERT INTO grouped_2 (note) VALUES ('first'), ('second');
INSERT INTO grouped_3 VALUES (3, 'third');
CREATE TABLE grouped_6 (id INT PRIMARY KEY, note VARCHAR(40));
CREATE TABLE grouped_7 (id INT PRIMARY KEY, note VARCHAR(40)) DEFAULT CHARSET=latin1;
CREATE TABLE grouped_8 (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES grouped_7 (id));
SET sql_mode = 'ANSI_QUOTES';
CREATE TABLE "grouped_9" (id INT PRIMARY KEY, "note" VARCHAR(40));
CREATE TABLE grouped_10 (id INT PRIMARY KEY, note VARCHAR(40));
CREATE TABLE grouped_11 (id INT PRIMARY KEY, note VARCHAR(40));
CREATE TABLE grouped_12 (id INT PRIMARY KEY, note VARCHAR(40));
ALTER TABLE grouped_10 ADD grouped INT NOT NULL DEFAULT 10;
UPDATE grouped_2 SET note = 'third' WHERE note = 'second';
