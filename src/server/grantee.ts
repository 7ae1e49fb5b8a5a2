/** A user's name can contain an @, a host's cannot. */
const HOST = "SUBSTRING_INDEX(CURRENT_USER(), '@', -1)";
const USER = `LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH(${HOST}) - 1)`;

/** The session's account as SQL, spelled as information_schema's tables of privileges spell a GRANTEE. */
export const GRANTEE = `CONCAT(QUOTE(${USER}), '@', QUOTE(${HOST}))`;
