/**
 * Idempotent registrations. Under one key of one caller, one place of a request registers exactly one agent.
 * This holds for any number of retries and processes, and after any failure in between (MG-10). Owns the
 * collection REPEATABLE_REGISTRATIONS. Does not own what an agent is or who may register it.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, isDocumentConflict, tryInsert, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Agent } from '../agents/agent.ts';
import { registrationRefusal } from './registration-refusals.ts';

/** The caller, the key they chose, and the place in the request: 0, or the number of a line. */
export type RegistrationKey = { readonly caller: string; readonly key: string; readonly place: number };

type Registration = {
  /** Digest of the key. */
  readonly id: string;
  /** Digest of the request. */
  readonly asked: string;
  /** The id of the agent, chosen before its creation. */
  readonly agent: string;
  readonly expiresAt: number;
};

export const REPEATABLE_REGISTRATIONS = {
  name: 'repeatable_registrations',
  holds: 'the agent that a request with an idempotency key registered',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'a day has passed since the request' },
  transfer: 'neither',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['asked', 'agent'],
} as const satisfies OwnedCollection;

const REMEMBERED_SECONDS = 86_400;

/** Makes registrations idempotent. */
export interface RepeatableRegistration {
  /**
   * Runs `register` with the id to register under, unless that was done before. A refused registration is tried
   * again. `text` is the content of the request. Throws 'conflict' for another text under the same key.
   */
  once(
    key: RegistrationKey,
    text: string,
    register: (id: string) => Promise<Versioned<Agent>>,
  ): Promise<{ readonly found: Versioned<Agent>; readonly isReplayed: boolean }>;
}

export const repeatableRegistration = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly agents: { get(id: string): Promise<Versioned<Agent> | undefined> };
}): RepeatableRegistration => {
  const { documents, clock, identifiers, agents } = deps;
  const collection = documents.collection<Registration>(REPEATABLE_REGISTRATIONS);

  /** The id for this key, and whether this call assigned it. */
  const reserved = async ({ caller, key, place }: RegistrationKey, text: string) => {
    const id = digest(JSON.stringify([caller, key, place]));
    const asked = digest(text);
    const next = { id, asked, agent: identifiers.newId('agt'), expiresAt: clock.now() + REMEMBERED_SECONDS };
    const held = (await collection.get(id))?.document;
    if (!held && (await tryInsert(collection, next))) return { agent: next.agent, isNew: true };
    const before = held ?? (await collection.get(id))?.document;
    if (before && before.asked !== asked) {
      throw registrationRefusal('idempotency_key_reused', { field: 'Idempotency-Key' });
    }
    return { agent: before?.agent ?? next.agent, isNew: false };
  };

  return {
    async once(key, text, register): Promise<{ readonly found: Versioned<Agent>; readonly isReplayed: boolean }> {
      const { agent, isNew } = await reserved(key, text);
      const known = isNew ? undefined : await agents.get(agent);
      if (known) return { found: known, isReplayed: true };
      try {
        return { found: await register(agent), isReplayed: false };
      } catch (error) {
        // Another request with the same key was faster.
        const made = isDocumentConflict(error) ? await agents.get(agent) : undefined;
        if (!made) throw error;
        return { found: made, isReplayed: true };
      }
    },
  };
};

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
