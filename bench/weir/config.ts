/** The environment of a Weir under measurement: ours without anything that would steer it elsewhere. */
export function makeWeirEnvironment(own: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('WEIR_') && name !== 'FUXICTR_ROOT');
  return { ...Object.fromEntries(kept.map(([name, value]) => [name, value ?? ''])), ...own };
}
