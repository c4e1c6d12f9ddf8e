/** What is left of `usage` after a time, milliseconds; nothing decays backwards. */
export function decayUsage(usage: number, elapsedMs: number, halfLifeMs: number): number {
  return usage * 2 ** (-Math.max(0, elapsedMs) / halfLifeMs);
}
