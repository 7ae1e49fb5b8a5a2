DROP TABLE together_6, together_7;
DROP TABLE back_1, back_2, back_3, back_4;
