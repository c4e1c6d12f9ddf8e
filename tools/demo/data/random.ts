/** Numbers that look random and are the same for the same seed on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  readonly uniform: () => number;
  /** Standard normal. */
  readonly normal: () => number;
  /** A whole number below `count`. */
  readonly below: (count: number) => number;
}

/** xoshiro128** 1.1 (Blackman and Vigna, 2018, https://prng.di.unimi.it/xoshiro128starstar.c), its state filled by splitmix32 from `seed`. */
export function createRandom(seed: number): Random {
  const state = seedState(seed);
  const uniform = (): number => nextWord(state) / 2 ** 32;
  return { uniform, normal: () => boxMuller(uniform), below: (count) => Math.floor(uniform() * count) };
}

function nextWord(state: Uint32Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = state;
  const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
  state[2] = c ^ a ^ (b << 9);
  state[3] = rotateLeft(d ^ b, 11);
  state[1] = b ^ c ^ a;
  state[0] = a ^ d ^ b;
  return result;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** The mixer of MurmurHash3 over a Weyl sequence, as splitmix32 does it. */
function seedState(seed: number): Uint32Array {
  const state = new Uint32Array(4);
  let weyl = seed | 0;
  for (let index = 0; index < state.length; index += 1) {
    weyl = (weyl + 0x9e3779b9) | 0;
    let word = Math.imul(weyl ^ (weyl >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    state[index] = word ^ (word >>> 16);
  }
  return state;
}

function boxMuller(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A sampler of 0…count-1 with frequencies 1 / (rank + 1)^exponent, as Zipf's law has them. */
export function createZipf(random: Random, count: number, exponent: number): () => number {
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) {
    sum += (rank + 1) ** -exponent;
    cumulative[rank] = sum;
  }
  return () => firstAbove(cumulative, random.uniform() * sum);
}

function firstAbove(cumulative: Float64Array, target: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cumulative[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
