DROP TABLE together_8, together_8b;
CREATE TABLE back_1 (id INT PRIMARY KEY);
