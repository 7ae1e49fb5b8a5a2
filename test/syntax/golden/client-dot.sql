SELECT 1;
\. more.sql
