DROP TABLE together_1;
