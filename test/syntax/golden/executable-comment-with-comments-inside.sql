SELECT 'x' /*!50000 , 'y' /* ; */ , 'z' -- ; */
  , 'w' */ , 'v';
SELECT 1;
