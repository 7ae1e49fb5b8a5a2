CREATE TABLE together_2 (id INT PRIMARY KEY, note VARCHAR(40) DEFAULT 'it''s two');
