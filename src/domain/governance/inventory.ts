/**
 * Inventories of other systems: apps and their rights as Entra ID, a CSV file or another system lists them. Owns
 * INVENTORY_ENTRIES. inventory-formats/ reads the lists, and scope-risks.ts says which rights matter. An entry gives no right here. It says what exists elsewhere, and since when, and is a finding if no client or agent here
 * is known for it and it has rights that matter.
 */
import { hash } from 'node:crypto';
import type { OwnedCollection } from '../ports/owned-collection.ts';
import type { FindingPart } from './finding.ts';
import type { Examined } from './finding-writer.ts';
import { reachesOf, riskyScopes, type ScopeReach } from './scope-risks.ts';

/** Names of inventories. */
export const INVENTORY_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** The forms of lists that inventory-formats/ reads, in the order of help texts. */
export const INVENTORY_FORMATS = ['ndjson', 'csv', 'entra', 'okta', 'google', 'github', 'mcp-registry'] as const;
export type InventoryFormat = (typeof INVENTORY_FORMATS)[number];

/** Most entries of one import. */
export const MOST_ENTRIES = 10_000;
/** Most bytes of one import as JSON: about 3,300 for each of MOST_ENTRIES. */
export const MOST_REQUEST_BYTES = 33_554_432;

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
  /** Number of static secrets that it has, or asks of those who run it. */
  readonly secrets?: number;
  /** Its redirect URIs, or where it is reached, as `webAddresses` keeps them. */
  readonly urls?: readonly string[];
  /** Id of the client, agent or resource server here that is the same app. */
  readonly client?: string;
};

/** How `client` of an entry was found, the strongest first. */
export const MATCHES = ['stated', 'client_id', 'name_and_owner', 'resource', 'redirect_host'] as const;
export type MatchedBy = (typeof MATCHES)[number];

/** An app chooses its addresses itself, so a stranger could take one of a client here. */
const HINTS: ReadonlySet<MatchedBy | undefined> = new Set<MatchedBy>(['resource', 'redirect_host']);

/** Most rights that an entry keeps of those that came at its last change, and of those that went. */
const MOST_KEPT = 40;

/** Rights that came and went at a change. */
export type ScopeChange = {
  readonly addedScopes?: readonly string[];
  readonly removedScopes?: readonly string[];
};

export const scopeChange = (
  { scopes: before = [] }: StatedApp,
  { scopes: after = [] }: StatedApp,
): Required<ScopeChange> => {
  const [held, now] = [new Set(before), new Set(after)];
  return {
    addedScopes: after.filter((scope) => !held.has(scope)),
    removedScopes: before.filter((scope) => !now.has(scope)),
  };
};

/** What an entry keeps of a change: at most MOST_KEPT rights of each. */
export const keptChange = (before: StatedApp, after: StatedApp): ScopeChange => {
  const { addedScopes, removedScopes } = scopeChange(before, after);
  return {
    ...(addedScopes.length === 0 ? {} : { addedScopes: addedScopes.slice(0, MOST_KEPT) }),
    ...(removedScopes.length === 0 ? {} : { removedScopes: removedScopes.slice(0, MOST_KEPT) }),
  };
};

/** With the rights that came and went when an import last changed the app. */
export type InventoryEntry = StatedApp &
  ScopeChange & {
    /** How `client` was found; see `isKnown`. Absent: no client, agent or resource server here fits the app. */
    readonly matchedBy?: MatchedBy;
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
  retention: {
    removedBy: 'registry',
    once: 'an administrator deletes the inventory; entries that are gone say until when an app existed',
  },
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

/** Whether a client, agent or resource server here is the same app. One that only has an address of the app may be. */
export const isKnown = ({ matchedBy }: { readonly matchedBy?: MatchedBy }): boolean =>
  matchedBy !== undefined && !HINTS.has(matchedBy);

/** Why an entry is a finding. Empty: it is none. */
const partsOfEntry = (entry: InventoryEntry): readonly FindingPart[] => {
  const risky = riskyScopes(entry.scopes).length;
  const { secrets = 0, people = 0 } = entry;
  if (entry.state === 'gone' || entry.isEnabled === false || isKnown(entry) || risky + secrets === 0) return [];
  const parts: readonly (FindingPart | false)[] = [
    { reason: 'unknown_app', points: 20 },
    risky > 0 && { reason: 'risky_scopes', points: 25, value: risky },
    ...[...reachesOf(entry.scopes)].map(([reach, value]) => ({ ...PART_OF_REACH[reach], value })),
    secrets > 0 && { reason: 'static_secrets', points: 15, value: secrets },
    entry.isForEveryone === true && { reason: 'for_everyone', points: 20 },
    people > 0 && { reason: 'people_consented', points: 10, value: people },
    entry.owner === undefined && { reason: 'no_owner', points: 10 },
  ];
  return parts.filter((part) => part !== false);
};

/** What the writer of findings compares. */
export const examinedEntry = (entry: InventoryEntry): Examined => {
  const parts = partsOfEntry(entry);
  return {
    ...{ subject: entry.id, subjectKind: 'inventory_entry', name: entry.name, isGone: entry.state === 'gone' },
    observed: parts.length === 0 ? [] : [{ kind: 'unknown_app', parts, evidence: [] }],
  };
};

const PART_OF_REACH = {
  mail: { reason: 'mail_rights', points: 15 },
  files: { reason: 'file_rights', points: 10 },
  code: { reason: 'code_rights', points: 15 },
  administration: { reason: 'administration_rights', points: 15 },
} as const satisfies Readonly<Record<ScopeReach, FindingPart>>;
