/** One statement of a migration file, exactly as it will be sent to the server. */
export interface Statement {
  /** 1-based number within the file. */
  readonly number: number;
  /** The text between delimiters, without the delimiter and without surrounding white space. */
  readonly text: string;
  /**
   * The text up to where only literals follow: `INSERT INTO t VALUES` for most rows of data. The whole text for
   * every other statement. Enough to know what kind of statement it is and which names it uses.
   */
  readonly head: string;
  /** 1-based line of the first character that is neither white space nor comment. */
  readonly line: number;
  /** 1-based column, in characters, on that line. */
  readonly column: number;
}
