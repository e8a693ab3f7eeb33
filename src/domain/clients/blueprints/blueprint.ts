import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Ceilings } from './ceilings.ts';

/** `draft`: has no effect yet. `deprecated`: takes no new agents and still limits those it has. */
export type BlueprintState = 'draft' | 'active' | 'deprecated';

/**
 * Template and live ceiling for agents. Carries the ceilings of the active version, so that each decision reads
 * one document.
 */
export type Blueprint = {
  readonly id: string;
  /** Unique. */
  readonly name: string;
  readonly purpose: string;
  readonly state: BlueprintState;
  /** Number of the active version; 0 before the first. */
  readonly version: number;
  /** Ceilings of the active version. */
  readonly ceilings: Ceilings;
  /** How often a draft was written: the caller who activates it names the revision they read. */
  readonly revision: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const BLUEPRINTS = {
  name: 'blueprints',
  holds: 'one blueprint with its active ceilings',
  prefixes: ['bpt'],
  events: ['blueprint'],
  consistency: 'linearizable',
  cached: true,
  retention: { removedBy: 'nothing', because: 'agents and the audit log name it' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['name'], unique: true },
    { fields: ['state', 'name'] },
    { fields: ['state', 'createdAt'] },
    { fields: ['state', 'updatedAt'] },
    { fields: ['createdAt'] },
    { fields: ['updatedAt'] },
  ],
  members: ['name', 'state', 'version', 'ceilings', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** One version: a draft while `frozenAt` is absent, and unchangeable from then on. */
export type BlueprintVersion = {
  /** `blueprintVersionId`. */
  readonly id: string;
  readonly blueprint: string;
  /** From 1. */
  readonly version: number;
  readonly ceilings: Ceilings;
  /** The revision of the draft. */
  readonly revision: number;
  readonly frozenAt?: number;
  /** Who activated it. */
  readonly frozenBy?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const BLUEPRINT_VERSIONS = {
  name: 'blueprint_versions',
  holds: 'one version of a blueprint',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'an administrator can compare versions and activate an earlier one' },
  transfer: 'gives authority',
  indexes: [{ fields: ['blueprint'] }, { fields: ['version'] }],
  members: ['blueprint', 'version', 'ceilings', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export const blueprintVersionId = (blueprint: string, version: number): string => `${blueprint}.${version}`;
