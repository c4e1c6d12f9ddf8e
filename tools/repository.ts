import { dirname } from 'node:path';

/** The repository's root directory. */
export const ROOT = dirname(import.meta.dirname);
