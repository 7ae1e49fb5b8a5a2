CREATE TABLE together_4 (id INT PRIMARY KEY) -- four

