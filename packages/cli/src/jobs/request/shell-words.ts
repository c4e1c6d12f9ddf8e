import { AppError } from '@weir/contract/client';

const WORD = /\s*((?:[^\s"'\\#]|\\.|"(?:[^"\\]|\\.)*"|'[^']*'|(?<=\S)#)+)/y;

/** Splits a line as a shell does: quotes and backslashes, no expansion; a word that begins with `#` begins a comment. Throws `invalid_input`. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let place = 0;
  while (!/^\s*(#|$)/.test(line.slice(place))) {
    WORD.lastIndex = place;
    const match = WORD.exec(line);
    if (match === null) throw new AppError('invalid_input', `a quote is not closed in: ${line.trim()}`, { value: line });
    words.push(unquote(match[1] ?? ''));
    place = WORD.lastIndex;
  }
  return words;
}

function unquote(word: string): string {
  return word.replace(/\\.|"(?:[^"\\]|\\.)*"|'[^']*'/g, (part) => {
    const inner = part.slice(1, -1);
    if (part.startsWith("'")) return inner;
    return part.startsWith('"') ? inner.replace(/\\(["\\$`])/g, '$1') : part.slice(1);
  });
}
