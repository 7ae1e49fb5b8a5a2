/*M!999999\- enable the sandbox mode */ 
/*!999999\- enable the sandbox mode */
/*!99999 never */
SELECT 1;
