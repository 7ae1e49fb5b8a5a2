SELECT 1;
SELECT 2,
  "ends""here; or not
SELECT 3;
