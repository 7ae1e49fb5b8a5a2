SELECT 1;
  /* and so on;
SELECT 3;
