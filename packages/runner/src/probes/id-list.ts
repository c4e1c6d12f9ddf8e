/** Reads a kernel's list of ids (`0-3,8,10-11`) to numbers; what is no such list counts as empty. */
export function parseIdList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .flatMap((part) => {
      const match = /^(\d+)(?:-(\d+))?$/.exec(part.trim());
      if (match === null) return [];
      const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
    });
}
