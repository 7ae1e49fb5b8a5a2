SELECT 'it''s', '', '''', 'a;b', '-- no', '/*', 'x\'y;', '\\', 'back`tick"quote';
SELECT 'two
lines;' , 'a' 'b';
