import { readWhole } from '../input/numbers.ts';

/** Reads the shares of an account. */
export const readShares = readWhole({ option: '--shares', min: 1, max: 1_000_000 });
