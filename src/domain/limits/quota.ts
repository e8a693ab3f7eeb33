import { DomainError } from '../errors.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { MasterKey } from '../secrets/master-key.ts';

export type Quota = ReturnType<typeof quota>;

/**
 * How often something may be done in a window, counted for all nodes together. Keys are kept as digests: they may be
 * addresses of people. `most` 0 switches it off.
 */
export const quota = (
  deps: { readonly ephemeral: EphemeralStore; readonly masterKey: Pick<MasterKey, 'digest'> },
  { name, most, windowSeconds }: { readonly name: string; readonly most: number; readonly windowSeconds: number },
) => ({
  /** Counts one. Throws 'too_many_requests' when that is one too many; a refused one counts as well. */
  async take(key: string): Promise<void> {
    if (most === 0) return;
    const count = await deps.ephemeral.count(
      `quota:${name}:${deps.masterKey.digest('quota', name, key)}`,
      windowSeconds,
    );
    if (count <= most) return;
    throw new DomainError('too_many_requests', 'Too many of these were asked for; try again later.', {
      retryAfterSeconds: windowSeconds,
    });
  },
});
