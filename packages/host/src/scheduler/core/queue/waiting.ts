import type { Shape } from '../shapes.ts';
import type { Tally } from '../rules/tallies.ts';
import { BlockList, type BlockOrder } from './block-list.ts';
import { SortedList } from './sorted-list.ts';

/** A user who charges an account: all their jobs get the same points for fair share. */
export class Owner {
  readonly user: string;
  readonly account: string;
  readonly tallies: readonly Tally[];
  /** One line for each class, lowest first. */
  readonly lines: readonly Line[] = [new Line(), new Line(), new Line()];
  /** For fair share. */
  points = 0;

  constructor(parts: { user: string; account: string; tallies: readonly Tally[] }) {
    this.user = parts.user;
    this.account = parts.account;
    this.tallies = parts.tallies;
  }
}

/** The buckets of one owner and class by the turns of their first jobs: those whose age still grows, and those whose age is full. */
export class Line {
  readonly young = new BlockList(BY_TURN);
  readonly old = new BlockList(BY_TURN);
}

/** A job that waits. */
export interface Waiting {
  readonly id: number;
  readonly eligibleAt: number;
  readonly tasks: number;
  readonly bucket: Bucket;
}

/** Waiting jobs of one owner, shape, class and user priority: only their ages differ, so the one that waits longest is always the first. */
export class Bucket {
  readonly key: string;
  readonly owner: Owner;
  readonly shape: Shape;
  readonly rank: number;
  readonly priority: number;
  readonly jobs = new SortedList(compareWaiting);
  /** Its jobs with those of which no task may start now. */
  members = 0;
  /** Points that all its jobs have alike, without fair share. */
  points = 0;
  /** The turn of its first job within its line; set when it is put there. */
  turn: { readonly young: boolean; readonly points: number; readonly first: Waiting } | null = null;

  constructor(parts: { key: string; owner: Owner; shape: Shape; rank: number; priority: number }) {
    this.key = parts.key;
    this.owner = parts.owner;
    this.shape = parts.shape;
    this.rank = parts.rank;
    this.priority = parts.priority;
  }
}

/** Buckets are told apart by their shapes where only that matters. */
function tagOfBucket({ shape }: Bucket): number {
  return shape.id;
}

export function compareWaiting(left: Waiting, right: Waiting): number {
  return left.eligibleAt - right.eligibleAt || left.id - right.id;
}

function compareFirsts(left: Bucket, right: Bucket): number {
  return left.turn === null || right.turn === null ? 0 : compareWaiting(left.turn.first, right.turn.first);
}

/** By the turns of the first jobs: most points first. */
const BY_TURN: BlockOrder<Bucket> = { keyOf: ({ turn }) => -(turn?.points ?? 0), compare: compareFirsts, tagOf: tagOfBucket };

/** By eligibility of the first jobs: the order in which their ages become full. */
export const BY_ELIGIBILITY: BlockOrder<Bucket> = {
  keyOf: ({ turn }) => turn?.first.eligibleAt ?? 0,
  compare: compareFirsts,
};
