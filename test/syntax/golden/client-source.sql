SELECT 1;
  source /tmp/more.sql
SELECT 2;
