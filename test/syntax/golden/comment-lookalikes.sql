SELECT 6/2, 6*/* half */ 2, 6 /*/ still a comment */ / 2;
SELECT 1 - -1, 2*3, '/*', '-- ', "#", `/*`;
