/** Where the machines of a fleet find programs. */
export const SEARCH_PATH = process.env['PATH'] ?? '/usr/bin:/bin';
