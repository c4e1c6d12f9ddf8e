/** Bytes of memory in use by the text of /proc/meminfo: all that programs could not have. */
export function parseUsedMemory(meminfo: string): number {
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
  return Math.max(0, read('MemTotal') - read('MemAvailable'));
}
