SELECT source, status, system FROM tee;
CREATE TABLE source (exit INT, quit INT, `connect` INT);
sources;
