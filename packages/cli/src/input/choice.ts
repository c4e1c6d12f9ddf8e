import { AppError } from '@weir/contract/client';

/** Makes a reader of an option that takes one of some words. */
export function readChoice<T extends string>(option: string, choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((word) => word === text);
    if (choice !== undefined) return choice;
    throw new AppError('invalid_input', `${option} is "${text}": use ${choices.join(', ')}`, { field: option, value: text });
  };
}
