/** A line of a script that speaks to the queue. */
export interface Directive {
  readonly line: number;
  readonly words: readonly string[];
}
