DROP TABLE together_2;
