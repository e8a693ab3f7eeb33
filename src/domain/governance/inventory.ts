/**
 * Inventories of other systems: apps and their rights as Entra ID, a CSV file or another system lists them. Owns
 * INVENTORY_ENTRIES. An entry gives no right here. It says what exists elsewhere, and since when, and is a finding if no client or agent here
 * is known for it and it has rights that matter.
 */
import { hash } from 'node:crypto';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import type { FindingPart } from './finding.ts';

/** Most entries of one import. */
export const MOST_ENTRIES = 10_000;

/** An app as an import states it. Every text is foreign. */
export type StatedApp = {
  /** Its id there. */
  readonly externalId: string;
  readonly name: string;
  readonly publisher?: string;
  /** Who is accountable there, as text. */
  readonly owner?: string;
  /** Rights that people or administrators gave it. */
  readonly scopes?: readonly string[];
  /** Number of people who gave it rights. */
  readonly people?: number;
  /** An administrator gave it rights for everyone. */
  readonly isForEveryone?: boolean;
  readonly isEnabled?: boolean;
  /** Id of the client or agent here that is the same app. */
  readonly client?: string;
};

export type InventoryEntry = StatedApp & {
  /** `entryId` */
  readonly id: string;
  /** Name of the inventory, such as `entra`. */
  readonly source: string;
  /** `gone`: the last import does not have it. */
  readonly state: 'present' | 'gone';
  /** When an import stated it first. */
  readonly createdAt: number;
  /** When it last changed, or went. */
  readonly updatedAt: number;
};

export const INVENTORY_ENTRIES = {
  name: 'inventory_entries',
  holds: 'one app as the inventory of another system lists it',
  prefixes: ['inv'],
  events: ['inventory'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'entries that are gone say until when an app existed' },
  transfer: 'neither',
  indexes: [
    { fields: ['createdAt'] },
    { fields: ['source', 'createdAt'] },
    { fields: ['source', 'state', 'createdAt'] },
  ],
  members: ['source', 'externalId', 'name', 'state', 'createdAt'],
} as const satisfies OwnedCollection;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The same for the same app of an inventory. */
export const entryId = (source: string, externalId: string): string => {
  const digest = hash('sha256', `${source}\n${externalId}`, 'buffer');
  return `inv_${[...digest.subarray(0, 26)].map((byte) => ALPHABET[byte & 31]).join('')}`;
};

/** Words of rights that change, send, administer, or reach everything. */
const RISKY =
  /(?:^|[._:/-])(?:all|admin|write|readwrite|send|delete|manage|full_access|fullcontrol|impersonation|offline_access|repo|drive|mail\.google\.com)(?:$|[._:/-])/i;

export const riskyScopes = (scopes: readonly string[] = []): readonly string[] =>
  scopes.filter((scope) => RISKY.test(scope));

/** Why an entry is a finding. Empty: it is none. `isKnown`: the client or agent that it names exists here. */
export const partsOfEntry = (entry: InventoryEntry, isKnown: boolean): readonly FindingPart[] => {
  const risky = riskyScopes(entry.scopes).length;
  if (entry.state === 'gone' || entry.isEnabled === false || isKnown || risky === 0) return [];
  return [
    { reason: 'unknown_app', points: 20 },
    { reason: 'risky_scopes', points: 25, value: risky },
    ...(entry.isForEveryone ? [{ reason: 'for_everyone', points: 20 } as const] : []),
    ...((entry.people ?? 0) > 0 ? [{ reason: 'people_consented', points: 10, value: entry.people ?? 0 } as const] : []),
    ...(entry.owner === undefined ? [{ reason: 'no_owner', points: 10 } as const] : []),
  ];
};
