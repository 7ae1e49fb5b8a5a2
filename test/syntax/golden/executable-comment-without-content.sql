/*!40101 */;
/*! -- nothing
 */;
SELECT 1;
