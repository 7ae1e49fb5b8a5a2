USE
  f;
USE h i
;
USE j k;
SELECT 1; use d
SELECT 2;
