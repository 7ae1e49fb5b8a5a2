/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO,NO_BACKSLASH_ESCAPES' */;
INSERT INTO t VALUES ('C:\');
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;
SELECT 'a\';b';
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
INSERT INTO t VALUES ('C:\');
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
SELECT 'a\';b';
