SELECT 1 AS `a;b`, 2 AS `c``d;`, 3 AS `e\`, 4 AS `it's`, 5 AS `"`;
SELECT 1;
