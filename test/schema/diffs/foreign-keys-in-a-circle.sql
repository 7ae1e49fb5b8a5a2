-- ==== before
CREATE TABLE kept (id bigint PRIMARY KEY);

-- ==== after
CREATE TABLE kept (id bigint PRIMARY KEY, a_id bigint);
CREATE TABLE a (id bigint PRIMARY KEY, b_id bigint);
CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id);
ALTER TABLE kept ADD CONSTRAINT kept_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE SET NULL;

-- ==== up
CREATE TABLE `b` (
  `id` bigint NOT NULL,
  `a_id` bigint DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `b_a` (`a_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE `a` (
  `id` bigint NOT NULL,
  `b_id` bigint DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `a_b` (`b_id`),
  CONSTRAINT `a_b` FOREIGN KEY (`b_id`) REFERENCES `b` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

ALTER TABLE `kept`
  ADD COLUMN `a_id` bigint DEFAULT NULL,
  ADD KEY `kept_a` (`a_id`),
  ADD CONSTRAINT `kept_a` FOREIGN KEY (`a_id`) REFERENCES `a` (`id`) ON DELETE SET NULL;

ALTER TABLE `b`
  ADD CONSTRAINT `b_a` FOREIGN KEY (`a_id`) REFERENCES `a` (`id`) ON DELETE CASCADE;

-- ==== down
ALTER TABLE `kept`
  DROP FOREIGN KEY `kept_a`;

ALTER TABLE `b`
  DROP FOREIGN KEY `b_a`;

-- DESTRUCTIVE: drops table a with its rows
DROP TABLE `a`;

-- DESTRUCTIVE: drops table b with its rows
DROP TABLE `b`;

-- DESTRUCTIVE: drops column kept.a_id with its values
ALTER TABLE `kept`
  DROP KEY `kept_a`,
  DROP COLUMN `a_id`;
