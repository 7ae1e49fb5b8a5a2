-- ==== before
CREATE TABLE orders (id bigint PRIMARY KEY, total decimal(10,2), state enum('new','paid'), note varchar(200), KEY by_state (state), CONSTRAINT positive CHECK (total > 0)) COMMENT 'old';

-- ==== after
CREATE TABLE orders (id bigint PRIMARY KEY AUTO_INCREMENT, total decimal(12,2) NOT NULL, state enum('new','paid','sent') NOT NULL DEFAULT 'new', placed datetime(3) NOT NULL, KEY by_state_and_time (state, placed DESC), CONSTRAINT not_negative CHECK (total >= 0)) COMMENT 'new';

-- ==== up
-- DESTRUCTIVE: drops column orders.note with its values
ALTER TABLE `orders`
  DROP CONSTRAINT `positive`,
  DROP KEY `by_state`,
  DROP COLUMN `note`,
  MODIFY COLUMN `id` bigint NOT NULL AUTO_INCREMENT,
  MODIFY COLUMN `total` decimal(12,2) NOT NULL,
  MODIFY COLUMN `state` enum('new','paid','sent') NOT NULL DEFAULT 'new',
  ADD COLUMN `placed` datetime(3) NOT NULL,
  ADD KEY `by_state_and_time` (`state`, `placed` DESC),
  ADD CONSTRAINT `not_negative` CHECK (`total` >= 0),
  COMMENT='new';

-- ==== down
-- DESTRUCTIVE: drops column orders.placed with its values
-- DESTRUCTIVE: changes column orders.total: decimal(12,2) to decimal(10,2): values that are too long or too large are refused or cut
-- DESTRUCTIVE: changes column orders.state: enum('new','paid','sent') to enum('new','paid'): rows with 'sent' lose the value
ALTER TABLE `orders`
  DROP CONSTRAINT `not_negative`,
  DROP KEY `by_state_and_time`,
  DROP COLUMN `placed`,
  MODIFY COLUMN `id` bigint NOT NULL,
  MODIFY COLUMN `total` decimal(10,2) DEFAULT NULL,
  MODIFY COLUMN `state` enum('new','paid') DEFAULT NULL,
  ADD COLUMN `note` varchar(200) DEFAULT NULL,
  ADD KEY `by_state` (`state`),
  ADD CONSTRAINT `positive` CHECK (`total` > 0),
  COMMENT='old';
