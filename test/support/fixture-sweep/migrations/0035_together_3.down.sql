DROP TABLE together_3, together_3b;
