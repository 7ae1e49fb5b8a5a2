-- Nothing but a comment.
/* And another; with a semicolon. */
