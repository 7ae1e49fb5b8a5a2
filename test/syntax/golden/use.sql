USE a; USE `b c` ; use d;
use g
SELECT 1;
  use `e` -- the rest
SELECT 2;
USE g
;
SELECT 3;
use j