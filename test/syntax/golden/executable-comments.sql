/*!40101 SET NAMES utf8mb4 */;
CREATE /*!50003 TEMPORARY */ TABLE t (a INT /*! , b INT */) /*!40100 DEFAULT CHARSET=utf8mb4 */;
/*!50100 SELECT 'a;b', "c;d", `e;f` FROM (SELECT 1 AS `e;f`) AS t */;
 /* first */ /*!80000 SELECT 1 */
