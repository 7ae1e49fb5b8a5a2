INSERT INTO together_1 (note) VALUES ('a'), ('b');
