SELECT 1;
  /*!40101 SET @a = 1
