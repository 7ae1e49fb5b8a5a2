-- phpMyAdmin SQL Dump
-- version 5.2.1
-- https://www.phpmyadmin.net/
--
-- Host: localhost
SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
START TRANSACTION;
SET time_zone = "+00:00";


/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;

--
-- Database: `shop`
--

DELIMITER $$
--
-- Procedures
--
CREATE DEFINER=`root`@`localhost` PROCEDURE `refresh` ()   BEGIN
  DELETE FROM cache;
  INSERT INTO cache SELECT * FROM v;
END$$

--
-- Functions
--
CREATE DEFINER=`root`@`localhost` FUNCTION `total` (`a` INT) RETURNS INT(11) DETERMINISTIC RETURN a * 2$$

DELIMITER ;

-- --------------------------------------------------------

--
-- Table structure for table `orders`
--

CREATE TABLE `orders` (
  `id` int(11) NOT NULL,
  `note` text DEFAULT NULL COMMENT 'customer\'s words; free'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO `orders` (`id`, `note`) VALUES
(1, 'it''s; fine'),
(2, '-- not a comment'),
(3, NULL);

--
-- Triggers `orders`
--
DELIMITER $$
CREATE TRIGGER `orders_insert` BEFORE INSERT ON `orders` FOR EACH ROW SET NEW.note = TRIM(NEW.note)
$$
DELIMITER ;

ALTER TABLE `orders`
  ADD PRIMARY KEY (`id`);
COMMIT;

/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
