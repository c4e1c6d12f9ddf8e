/** What becomes of one key of another system's configuration. */
export type Rule =
  | { readonly kind: 'setting'; readonly name: string; readonly type: ValueType }
  /** Goes into another setting with other keys. */
  | { readonly kind: 'part'; readonly type: ValueType }
  | { readonly kind: 'none'; readonly why: string };

export type ValueType = 'text' | 'port' | 'count' | 'seconds' | 'factor' | 'level';

/** Rules by key; keys within sections have dots: `network.host_port`. A key that ends in `.*` stands for all below it. */
export type RuleTable = Readonly<Record<string, Rule>>;

export const setting = (name: string, type: ValueType = 'text'): Rule => ({ kind: 'setting', name, type });
export const part = (type: ValueType = 'text'): Rule => ({ kind: 'part', type });
export const none = (why: string): Rule => ({ kind: 'none', why });

/** The rule of a key: its own, else that of the nearest section around it. */
export function findRule(rules: RuleTable, key: string): Rule | undefined {
  if (Object.hasOwn(rules, key)) return rules[key];
  const parts = key.split('.');
  for (let length = parts.length - 1; length > 0; length -= 1) {
    const around = `${parts.slice(0, length).join('.')}.*`;
    if (Object.hasOwn(rules, around)) return rules[around];
  }
  return undefined;
}
