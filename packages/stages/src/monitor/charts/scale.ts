/** Maps values of a domain to positions; `ticks` are round values inside the domain. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** A linear scale from `[low, high]` to `[from, to]`. */
export function linearScale(domain: readonly [number, number], range: readonly [number, number], wantedTicks = 5): Scale {
  const [low, high] = domain;
  const span = high - low || 1;
  return { at: (value) => range[0] + ((value - low) / span) * (range[1] - range[0]), ticks: roundTicks(low, high, wantedTicks) };
}

/** The smallest domain that holds `values`, widened a little, so that no line touches the frame. */
export function domainOf(values: readonly number[], margin = 0.08): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = (high - low || Math.abs(high) * 0.1 || 1) * margin;
  return [low - room, high + room];
}

/** About `wanted` round values between two bounds. */
export function roundTicks(low: number, high: number, wanted: number): number[] {
  const rough = (high - low || 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** A tick's text with as many digits as it needs. */
export function tickText(value: number): string {
  return String(Number(value.toPrecision(6)));
}
