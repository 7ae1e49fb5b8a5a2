-- ==== before
CREATE TABLE users (id int PRIMARY KEY AUTO_INCREMENT);
CREATE TABLE posts (id int PRIMARY KEY, user_id int NOT NULL, CONSTRAINT posts_user FOREIGN KEY (user_id) REFERENCES users (id));

-- ==== after
CREATE TABLE users (id bigint PRIMARY KEY AUTO_INCREMENT);
CREATE TABLE posts (id int PRIMARY KEY, user_id bigint NOT NULL, CONSTRAINT posts_user FOREIGN KEY (user_id) REFERENCES users (id));

-- ==== up
ALTER TABLE `posts`
  DROP FOREIGN KEY `posts_user`;

ALTER TABLE `users`
  MODIFY COLUMN `id` bigint NOT NULL AUTO_INCREMENT;

ALTER TABLE `posts`
  MODIFY COLUMN `user_id` bigint NOT NULL,
  ADD CONSTRAINT `posts_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`);

-- ==== down
ALTER TABLE `posts`
  DROP FOREIGN KEY `posts_user`;

-- DESTRUCTIVE: changes column users.id: bigint to int: values that are too long or too large are refused or cut
ALTER TABLE `users`
  MODIFY COLUMN `id` int NOT NULL AUTO_INCREMENT;

-- DESTRUCTIVE: changes column posts.user_id: bigint to int: values that are too long or too large are refused or cut
ALTER TABLE `posts`
  MODIFY COLUMN `user_id` int NOT NULL,
  ADD CONSTRAINT `posts_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`);
