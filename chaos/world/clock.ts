import { existsSync, writeFileSync } from 'node:fs';

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

/** The wall clock of one machine's service, which can be stepped while it runs (libfaketime; the monotonic clock stays true). */
export class Clock {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    this.set(0);
  }

  /** Variables that put a process under this clock; none where libfaketime is not installed. */
  get environment(): Record<string, string> {
    if (!existsSync(LIBRARY)) return {};
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_CACHE_DURATION: '1',
    };
  }

  /** Moves the clock so many seconds away from the true time. */
  set(offsetSeconds: number): void {
    writeFileSync(this.#file, `${offsetSeconds >= 0 ? '+' : ''}${offsetSeconds}s\n`);
  }
}
