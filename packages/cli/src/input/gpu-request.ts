import { AppError } from '@weir/contract/client';

const MAX_GPUS = 1024;

/** Reads `2`, `a100:2` and `a100` (one of them). Throws `invalid_input`. */
export function readGpus(text: string): { gpus: number; gpu_type?: string } {
  const match = /^(?:(.*[^\d:].*?):)?(\d{1,4})$/.exec(text) ?? /^([^:]*[A-Za-z][^:]*)()$/.exec(text);
  const gpus = match?.[2] === '' ? 1 : Number(match?.[2] ?? Number.NaN);
  const type = match?.[1]?.trim();
  if (gpus >= 0 && gpus <= MAX_GPUS && type !== '') return { gpus, ...(type === undefined ? {} : { gpu_type: type }) };
  throw new AppError(
    'invalid_input',
    `--gpus is "${text}": use a number up to ${MAX_GPUS}, or a part of the GPU's name and a number: a100:2`,
    {
      field: '--gpus',
      value: text,
    },
  );
}
