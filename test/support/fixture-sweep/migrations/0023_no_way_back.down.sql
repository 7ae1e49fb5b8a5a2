UPDATE /* may be asked about */ wage SET n = n - 10 ORDER BY id;
DROP TRIGGER wage_raised;
DROP TABLE wage;
DROP TABLE audit;
