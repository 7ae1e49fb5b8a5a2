/** Words that open a block where a statement may begin. Anywhere else IF and REPEAT are functions. */
export const openers = new Set(["BEGIN", "IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"]);

/** Openers with a condition between them and their THEN or DO. */
export const withHeader = new Set(["IF", "CASE", "WHILE", "FOR"]);

/** Words of a routine's body that is a single statement; none of them occurs in a routine's header. */
export const verbs = new Set(
  (
    "ALTER ANALYZE CACHE CALL CHANGE CHECK CHECKSUM COMMIT CREATE DEALLOCATE DELETE DESC DESCRIBE DO DROP EXECUTE " +
    "EXPLAIN FLUSH GET GRANT HANDLER HELP INSERT INSTALL KILL LOAD LOCK OPTIMIZE PREPARE PURGE RELEASE RENAME " +
    "REPAIR REPLACE RESET RESIGNAL RETURN REVOKE ROLLBACK SAVEPOINT SELECT SET SHOW SIGNAL START STOP TABLE " +
    "TRUNCATE UNINSTALL UNLOCK UPDATE VALUES WITH XA"
  ).split(" "),
);

/** Words after which an operand follows. END is then a column's name, since it is not a reserved word. */
export const operators = new Set(
  (
    "AND BETWEEN BINARY CASE COLLATE DIV ELSE ESCAPE IN INTERVAL LIKE MOD NOT OR REGEXP RLIKE SOUNDS THEN UNTIL " +
    "WHEN XOR"
  ).split(" "),
);

/** Words between CREATE or ALTER and the kind of object. */
export const modifiers = new Set(["OR", "REPLACE", "AGGREGATE", "DEFINER", "CURRENT_USER", "CURRENT_ROLE"]);
