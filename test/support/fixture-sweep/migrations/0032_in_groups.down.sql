DROP TABLE grouped_12, grouped_11, grouped_10, grouped_9;
CREATE TABLE back_1 (id INT PRIMARY KEY);
CREATE TABLE back_2 (id INT PRIMARY KEY);
CREATE TABLE back_3 (id INT PRIMARY KEY);
CREATE TABLE back_4 (id INT PRIMARY KEY);
DROP TABLE grouped_8, grouped_7, grouped_6, grouped_5, grouped_4;
DROP TABLE grouped_3, grouped_2, grouped_1;
