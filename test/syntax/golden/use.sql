USE a; USE `b c` ; use d
SELECT 1;
  use `e` -- the rest
SELECT 2;
USE
  f;
USE g
;
SELECT 3;
USE h i
;
use j