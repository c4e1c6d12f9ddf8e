import { AppError, type Labels } from '@weir/contract';

/** As many as the contract lets a node have. */
const MAX_LABELS = 64;

/** The labels that a node has after a change; throws `invalid_input` for one that says nothing, contradicts itself or leaves too many. */
export function changeLabels(
  labels: Labels,
  change: { readonly set?: Labels | undefined; readonly remove?: readonly string[] | undefined },
): Labels {
  const { set = {}, remove = [] } = change;
  if (Object.keys(set).length === 0 && remove.length === 0)
    throw new AppError('invalid_input', 'say which labels to set or to remove', { field: 'set' });
  const both = remove.find((key) => Object.hasOwn(set, key));
  if (both !== undefined)
    throw new AppError('invalid_input', `label "${both}" cannot be set and removed at once`, { field: 'remove', value: both });
  const kept = Object.entries(labels).filter(([key]) => !remove.includes(key));
  const after = { ...Object.fromEntries(kept), ...set };
  const count = Object.keys(after).length;
  if (count > MAX_LABELS)
    throw new AppError('invalid_input', `a node can have ${MAX_LABELS} labels, not ${count}: remove some`, { field: 'set' });
  return after;
}
