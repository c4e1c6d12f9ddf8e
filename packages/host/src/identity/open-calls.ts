import { AppError } from '@weir/contract';
import type { Identity } from './identity.ts';

/** A call that is being answered: who asks, the token that vouches for the caller, and what stops the work on the answer. */
export interface OpenCall {
  readonly secret: string;
  readonly identity: Identity;
  readonly controller: AbortController;
}

/** Calls that may wait long. Whether they may go on is asked when users or tokens change, never by the clock. */
export class OpenCalls {
  readonly #refuse = new Map<OpenCall, (error: unknown) => void>();

  /** Gives what `work` gives, unless a review refuses the call before. */
  async run<T>(call: OpenCall, work: () => T): Promise<Awaited<T>> {
    const refused = Promise.withResolvers<never>();
    this.#refuse.set(call, refused.reject);
    try {
      return await Promise.race([work(), refused.promise]);
    } finally {
      this.#refuse.delete(call);
    }
  }

  /** Ends those calls (without `calls`: any) whose token `find` does not know any more, or whose user is no admin any more. Never rejects. */
  async review(find: (secret: string) => Promise<Identity | undefined>, calls: Iterable<OpenCall> = this.#refuse.keys()): Promise<void> {
    for (const [secret, ofToken] of Map.groupBy(calls, (call) => call.secret)) {
      const found = await find(secret).then(
        (identity) => ({
          identity,
          error: new AppError('unauthenticated', 'the token of this call is not good any more: get another one'),
        }),
        (error: unknown) => ({ identity: undefined, error }),
      );
      for (const call of ofToken) if (!mayGoOn(call.identity, found.identity)) this.#end(call, found.error);
    }
  }

  #end(call: OpenCall, error: unknown): void {
    this.#refuse.get(call)?.(error);
    call.controller.abort();
  }
}

function mayGoOn(before: Identity, now: Identity | undefined): boolean {
  return now?.user === before.user && (now.role === before.role || now.role === 'admin');
}
