import { styleText } from 'node:util';

/** A colour of the terminal. */
export type Color = 'bold' | 'gray' | 'cyan' | 'green' | 'yellow' | 'red';

/** Status of a process whose reader went away, as a shell shows a death by SIGPIPE. */
const BROKEN_PIPE_EXIT = 141;

let statusLine = '';

/** Writes a line to standard output; resolves when it is handed over. */
export function print(line: string): Promise<void> {
  return write(`${line}\n`);
}

/** Prints a value as one line of JSON. */
export function printJson(value: unknown): Promise<void> {
  return print(JSON.stringify(value));
}

/** Writes text or bytes to standard output exactly; resolves when they are handed over. */
export function write(data: string | Uint8Array): Promise<void> {
  return send(process.stdout, data);
}

/** Writes bytes to standard error exactly. */
export function writeError(data: Uint8Array): Promise<void> {
  return send(process.stderr, data);
}

/** Says something to the person at the terminal, on standard error. */
export function note(line: string): void {
  const status = statusLine;
  clearStatus();
  process.stderr.write(`${line}\n`);
  showStatus(status);
}

/** Shows `text` as the one line at the bottom that changes in place; without a terminal, nothing. */
export function showStatus(text: string): void {
  if (!process.stderr.isTTY || text === statusLine) return;
  clearStatus();
  statusLine = text;
  process.stderr.write(text.slice(0, (process.stderr.columns ?? 80) - 1));
}

/** Removes the line that changes in place. */
export function clearStatus(): void {
  if (statusLine !== '') process.stderr.write('\r\u001b[2K');
  statusLine = '';
}

/** Colours text for standard output; plain unless that is a terminal that wants colours. */
export function paint(color: Color, text: string): string {
  return styleText(color, text, { stream: process.stdout });
}

/** Colours text for standard error; plain unless that is a terminal that wants colours. */
export function paintNote(color: Color, text: string): string {
  return styleText(color, text, { stream: process.stderr });
}

/** Text of others made safe to show: what would steer the terminal is replaced. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' || character === '\t' ? ' ' : '\ufffd',
  );
}

/** Makes a reader that goes away (`| head`) a quiet end, and any other failure to write an error with a message. */
export function guardOutput(): void {
  for (const [name, stream] of [
    ['output', process.stdout],
    ['error', process.stderr],
  ] as const) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(BROKEN_PIPE_EXIT);
      if (name === 'output') process.stderr.write(`weir: cannot write to standard output: ${error.message}\n`);
      process.exit(74);
    });
  }
}

function send(stream: NodeJS.WriteStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    // A failure is answered once, by the listener of guardOutput.
    stream.write(data, (error) => {
      if (error === null || error === undefined) resolve();
    });
  });
}
