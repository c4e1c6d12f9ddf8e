import type { ReservationWindow } from '../model.ts';

/** Who wants to run, and from when until when; `until` may be Infinity. */
export interface Stay {
  readonly user: string;
  readonly account: string;
  readonly from: number;
  readonly until: number;
}

/** The first window that is not open to them and that they would be in; undefined when they may stay. */
export function findObstacle(windows: readonly ReservationWindow[], stay: Stay): ReservationWindow | undefined {
  return windows.find((window) => stay.from < window.endsAt && stay.until > window.startsAt && !windowIsOpenTo(window, stay));
}

/** True for those for whom the nodes are kept. */
export function windowIsOpenTo(window: ReservationWindow, { user, account }: Pick<Stay, 'user' | 'account'>): boolean {
  return window.users.has(user) || window.accounts.has(account);
}

/** The windows that a node has part in. */
export function listWindows(windows: readonly ReservationWindow[], node: string): readonly ReservationWindow[] {
  return windows.filter(({ nodes }) => nodes === null || nodes.has(node));
}
