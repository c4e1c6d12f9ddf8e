/** An identifier that may name a file, a table part or a URL segment: letters, digits, `_`, `.`, `-`; at most 100 characters. */
export const IDENTIFIER_PATTERN = '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$';
