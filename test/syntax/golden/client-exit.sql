SELECT 1;
exit
