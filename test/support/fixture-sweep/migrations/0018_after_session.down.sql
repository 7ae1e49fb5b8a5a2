INSERT INTO ledger (entry, n) SELECT CONCAT('down ', IFNULL(@leaked, 'clean')), n FROM left_behind;
DROP TABLE left_behind;
