DROP TABLE together_4;
