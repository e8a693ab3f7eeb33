import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { By, RegisteredDocuments } from '../registries/registered-documents.ts';
import { nameRefusal } from './name-refusals.ts';
import { nameKey } from './skeleton.ts';
import type { VerifiedNames } from './verified-names.ts';

type Party = {
  readonly id: string;
  readonly name: string;
  readonly owner?: string;
  readonly state: string;
  readonly verifiedAt?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

type Dependencies<T extends Party> = {
  readonly kind: 'agent' | 'client';
  readonly documentsOf: Pick<RegisteredDocuments<T>, 'found' | 'change'>;
  readonly names: Pick<VerifiedNames, 'claim' | 'release'> | undefined;
  readonly clock: Clock;
};

/** The verification of names of agents and clients. Part of their registries. */
export interface NameVerification<T> {
  /**
   * Verifies a name: from now on no agent or client of another owner can register a name that looks like it.
   * Idempotent. Throws 'not_found'. Throws 'conflict' when such a name is verified already, when this one is retired,
   * or when it has no owner.
   */
  verify(id: string, by: By): Promise<Versioned<T>>;
  /** Removes the verification of a name. Idempotent. Throws 'not_found'. */
  unverify(id: string, by: By): Promise<Versioned<T>>;
}

export const verification = <T extends Party>({
  kind,
  documentsOf,
  names,
  clock,
}: Dependencies<T>): NameVerification<T> => ({
  async verify(id, by): Promise<Versioned<T>> {
    if (!names) throw nameRefusal('verification_off');
    const { name } = answeredFor((await documentsOf.found(id)).document);
    const isNew = await names.claim(id, name);
    try {
      return await documentsOf.change(id, undefined, `${kind}.verified`, by, (party) => {
        if (nameKey(answeredFor(party).name) !== nameKey(name)) {
          throw nameRefusal('name_changed_meanwhile', { field: '/name' });
        }
        return party.verifiedAt === undefined ? { ...party, verifiedAt: clock.now() } : party;
      });
    } catch (error) {
      if (isNew) await names.release(id);
      throw error;
    }
  },

  async unverify(id, by): Promise<Versioned<T>> {
    const changed = await documentsOf.change(id, undefined, `${kind}.unverified`, by, ({ verifiedAt: _, ...party }) => {
      return party as T;
    });
    await names?.release(id);
    return changed;
  },
});

const answeredFor = <T extends Party>(party: T): T => {
  if (party.state === 'retired') throw nameRefusal('verification_of_retired');
  // A client that registered itself may expire soon, and its name would stay reserved without an owner.
  if (party.owner === undefined) throw nameRefusal('verification_needs_owner');
  return party;
};
