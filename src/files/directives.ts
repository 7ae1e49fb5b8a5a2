import { isSpace } from "../syntax/characters";
import { commentEnd, executableCommentStart, startsLineComment } from "../syntax/comments";

const DIRECTIVE = /^migrate:\s*(.*)$/;

/**
 * Finds what a migration says of itself in lines such as `-- migrate: irreversible`. They count in the comments
 * above the first statement only, so that text inside a statement is never taken for one.
 * @param head the beginning of the normalized file
 * @returns the words after `migrate:`, in order
 */
export function readDirectives(head: Buffer): readonly string[] {
  return leadingLineComments(head.toString("utf8"))
    .map((comment) => DIRECTIVE.exec(comment.trim())?.[1])
    .filter((directive) => directive !== undefined);
}

/** The texts of the `-- ` comments before anything that is neither comment nor white space. */
function leadingLineComments(text: string): readonly string[] {
  const comments: string[] = [];
  for (let at = 0; at < text.length; ) {
    const isDashes = startsLineComment(text, at);
    if (isSpace(text.charCodeAt(at))) {
      at += 1;
    } else if (isDashes || text[at] === "#") {
      const newline = text.indexOf("\n", at);
      const end = newline === -1 ? text.length : newline;
      if (isDashes) comments.push(text.slice(at + 2, end));
      at = end;
    } else if (text.startsWith("/*", at) && executableCommentStart(text, at) === null) {
      at = commentEnd(text, at);
    } else {
      break;
    }
  }
  return comments;
}
