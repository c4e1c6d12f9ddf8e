/** Gives the wall clock in ms since the epoch with the resolution of `performance.now()`. */
export function makeWallClock(): () => number {
  const before = Date.now();
  let now = Date.now();
  while (now === before) now = Date.now();
  const offset = now - performance.now();
  return () => offset + performance.now();
}
