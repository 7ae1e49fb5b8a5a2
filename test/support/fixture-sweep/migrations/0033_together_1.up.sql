-- Files that go to the server together.
CREATE TABLE together_1 (id INT PRIMARY KEY AUTO_INCREMENT, note VARCHAR(40));
