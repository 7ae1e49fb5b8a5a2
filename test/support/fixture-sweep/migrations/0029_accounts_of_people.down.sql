RENAME USER sweep_user@'127.0.0.1' TO sweep_user@localhost;
REVOKE EXECUTE ON PROCEDURE look FROM sweep_user@localhost;
DROP PROCEDURE look;
REVOKE ALL PRIVILEGES, GRANT OPTION FROM sweep_user@localhost;
UPDATE counter SET n = MOD(n * 5 + 3, 1000003) WHERE name = 'main';
DROP USER sweep_user@localhost;
