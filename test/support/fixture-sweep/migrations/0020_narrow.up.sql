-- Settings that change what the server answers to everybody, the runner included.
SET SESSION sql_select_limit = 1, group_concat_max_len = 4, sql_quote_show_create = 0;
SET character_set_results = latin1;
CREATE TABLE narrow (id INT NOT NULL PRIMARY KEY, label VARCHAR(20) NOT NULL DEFAULT '🚀', n INT NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO narrow (id, n) VALUES (1, 1), (2, 2);
SET @kept = '🚀', @count = 2;
ALTER TABLE narrow ADD COLUMN extra INT NOT NULL DEFAULT 0;
INSERT INTO narrow (id, label, n) SELECT id + 10, CONCAT(label, @kept), n + @count FROM narrow;
ALTER TABLE narrow MODIFY label VARCHAR(30) NOT NULL DEFAULT '🚁';
UPDATE narrow SET n = n * 10;
CREATE INDEX narrow_n ON narrow (n);
INSERT INTO ledger (entry, n) SELECT label, n FROM narrow ORDER BY id;
