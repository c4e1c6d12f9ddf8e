const LIMIT_MS = 20_000;

/** Waits until `look` gives something; throws when it never does. */
export async function eventually<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`never came true: ${look.toString().slice(0, 300)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
