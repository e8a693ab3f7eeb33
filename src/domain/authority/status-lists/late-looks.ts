import type { NamedTokens } from '../revocation-feed/named-tokens.ts';

/**
 * An event is durable before its change. Seconds after an event at which its tokens are asked about again; the last is
 * SETTLE_SECONDS of the feed.
 */
const LOOKS: readonly number[] = [0.3, 0.7, 1.2, 2, 4, 8, 16, 30];
/** The same for each token of a resource server: that takes seconds of CPU when there are many. */
const LOOKS_AT_EACH: readonly number[] = [1, 4, 30];
const looksAt = ({ kind }: LookedAt): readonly number[] => (kind === 'followed' ? LOOKS_AT_EACH : LOOKS);

/** `followed`: each token of the resource server with this id, also those that were revoked one by one. */
export type LookedAt = NamedTokens | { readonly kind: 'followed'; readonly id: string };

/**
 * Looks again at what events named, because a change may come after its event. The first look is the caller's. Runs beside it,
 * so that load delays no list.
 */
export interface LateLooks {
  note(names: readonly LookedAt[]): void;
  /** Begins the looks that are due, unless earlier ones are under way. */
  begin(): void;
  clear(): void;
}

export const lateLooks = ({
  elapsed,
  lookAt,
  onFailed,
}: {
  /** Seconds of the stopwatch. */
  readonly elapsed: () => number;
  readonly lookAt: (names: readonly LookedAt[]) => Promise<void>;
  readonly onFailed: (error: unknown) => void;
}): LateLooks => {
  const pending = new Map<string, { readonly named: LookedAt; readonly namedAt: number; looks: number }>();
  let isLooking = false;
  /** Distinguishes looks that were under way at `clear`. */
  let run = 0;

  const due = (): readonly LookedAt[] => {
    const found: LookedAt[] = [];
    for (const [key, one] of [...pending]) {
      const age = elapsed() - one.namedAt;
      const looks = looksAt(one.named);
      if (age < (looks[one.looks] ?? 0)) continue;
      while (one.looks < looks.length && age >= (looks[one.looks] ?? 0)) one.looks += 1;
      if (one.looks === looks.length) pending.delete(key);
      found.push(one.named);
    }
    return found;
  };

  return {
    note(names): void {
      for (const named of names) pending.set(keyOf(named), { named, namedAt: elapsed(), looks: 0 });
    },

    begin(): void {
      if (isLooking) return;
      isLooking = true;
      const mine = run;
      lookAt(due())
        .catch((error) => {
          if (run === mine) onFailed(error);
        })
        .finally(() => {
          isLooking = false;
        });
    },

    clear(): void {
      pending.clear();
      run += 1;
    },
  };
};

/** The same for the same tokens. */
export const keyOf = (named: LookedAt): string => (named.kind === 'all' ? 'all' : `${named.kind}:${named.id}`);
