import { isIP } from 'node:net';
import { note, paintNote } from '../output/terminal.ts';

/** True when the host at `url` is reached from this machine only. */
export function addressIsLocal(url: string): boolean {
  const name = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Warns when a secret would cross a network in the clear. */
export function warnOfPlainText(url: string): void {
  if (!url.startsWith('http:') || addressIsLocal(url)) return;
  note(
    `${paintNote('yellow', 'weir:')} ${url} is not encrypted: tokens and output can be read on the way; put TLS in front of the host and use https`,
  );
}
