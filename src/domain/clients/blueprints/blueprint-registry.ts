/**
 * The registry of blueprints, their versions and which version is active. Owns the collections BLUEPRINTS and
 * BLUEPRINT_VERSIONS. Does not decide who may change them (src/http/management). Does not apply them
 * (agents/effective-agent.ts, for each decision). A tightening takes effect when `activate` swaps one document, which
 * every grant and check reads.
 */
import type { AuditLog } from '../../audit/audit-event.ts';
import { checkText } from '../../platform/display-names/display-text.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, update, upsert, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { ResourceServerLookup } from '../../resources/resource-servers/declared-authority.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import {
  BLUEPRINT_VERSIONS,
  BLUEPRINTS,
  type Blueprint,
  type BlueprintState,
  type BlueprintVersion,
  blueprintVersionId,
} from './blueprint.ts';
import { blueprintRefusal } from './blueprint-refusals.ts';
import { type CeilingChange, type Ceilings, diffCeilings } from './ceilings.ts';
import { checkCeilings } from './check-ceilings.ts';

export type NewBlueprint = { readonly name: string; readonly purpose: string; readonly ceilings: Ceilings };

/** `ceilings` replaces the whole draft; creates a new draft where there is none. */
export type BlueprintChange = Partial<NewBlueprint>;

export type BlueprintQuery = PageQuery & { readonly state?: BlueprintState };

/** `state` of a version: `active`, `deprecated` for earlier ones, or `draft`. */
export type ShownVersion = BlueprintVersion & { readonly state: BlueprintState };

/** The registry of blueprints, their versions and which version is active. */
export interface BlueprintRegistry {
  /** Reads one blueprint, with its active ceilings. */
  get(id: string): Promise<Versioned<Blueprint> | undefined>;
  /** At most 1000 ids; unknown ones are left out. */
  getMany(ids: readonly string[]): Promise<readonly Versioned<Blueprint>[]>;
  /** One page of blueprints, newest first. */
  list(query?: BlueprintQuery): Promise<Page<Blueprint>>;
  /**
   * Creates a blueprint with a first draft, which has no effect before it is activated. Throws 'invalid_field',
   * 'conflict'.
   */
  create(wanted: NewBlueprint, by: By): Promise<Versioned<Blueprint>>;
  /**
   * Changes the texts at once, and the ceilings in the draft only. Throws 'not_found', 'precondition_failed',
   * 'invalid_field', 'conflict'.
   */
  update(id: string, expected: number, change: BlueprintChange, by: By): Promise<Versioned<Blueprint>>;
  /** The draft that `activate` would activate; undefined when there is none. */
  draftOf(blueprint: Blueprint): Promise<BlueprintVersion | undefined>;
  /**
   * Activates the draft for all agents of the blueprint and deprecates the version before it. Idempotent for
   * concurrent callers. Throws 'not_found', 'precondition_failed' unless `expected` is the stored version, 'conflict'
   * without a draft.
   */
  activate(id: string, expected: number, by: By): Promise<Versioned<Blueprint>>;
  /**
   * Deprecates a blueprint: it takes no new agents. Existing agents stay under it, and it can still be tightened.
   * Final, idempotent.
   */
  deprecate(id: string, by: By): Promise<Versioned<Blueprint>>;
  /** Newest first, including the draft. */
  versions(blueprint: Blueprint, query?: PageQuery): Promise<Page<ShownVersion>>;
  /** How version `to` differs from `from`; 0 stands for no version. Throws 'not_found'. */
  diff(blueprint: Blueprint, from: number, to: number): Promise<readonly CeilingChange[]>;
}

export const blueprintRegistry = (dependencies: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly resourceServers: Pick<ResourceServerLookup, 'findByIdentifier'>;
}): BlueprintRegistry => {
  const { documents, clock, identifiers, audit, resourceServers } = dependencies;
  const collection = documents.collection<Blueprint>(BLUEPRINTS);
  const versions = documents.collection<BlueprintVersion>(BLUEPRINT_VERSIONS);
  const documentsOf = registeredDocuments<Blueprint>({
    collection,
    kind: 'blueprint',
    audit,
    clock,
    facts: ({ version }) => ({ inputs: { version } }),
    taken: () => blueprintRefusal('blueprint_name_taken', { field: '/name' }),
  });

  const versionOf = async (id: string, version: number): Promise<BlueprintVersion | undefined> =>
    (await versions.get(blueprintVersionId(id, version)))?.document;

  const checkWords = ({ name, purpose }: Pick<Blueprint, 'name' | 'purpose'>): void => {
    checkText(name, '/name', 100);
    checkText(purpose, '/purpose', 500);
  };

  const record = (type: 'blueprint.drafted' | 'blueprint.activated', blueprint: Blueprint, by: By, inputs: object) =>
    audit.append({
      type,
      outcome: 'done',
      caller: by.caller,
      target: { kind: 'blueprint', id: blueprint.id },
      inputs: { ...inputs },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
    });

  /**
   * Writes ceilings into the draft and creates the draft when there is none. Throws 'conflict' when it was activated in
   * the meantime.
   */
  const draft = async (blueprint: Blueprint, ceilings: Ceilings, by: By): Promise<void> => {
    const { revision } = blueprint;
    const version = blueprint.version + 1;
    const id = blueprintVersionId(blueprint.id, version);
    await record('blueprint.drafted', blueprint, by, { version, ceilings });
    const now = clock.now();
    const next = { id, blueprint: blueprint.id, version, ceilings, revision, createdAt: now, updatedAt: now };
    await upsert(versions, id, (found) => {
      if (!found) return next;
      if (found.frozenAt !== undefined) throw inUse();
      return found.revision < revision ? { ...found, ceilings, revision, updatedAt: now } : undefined;
    });
  };

  return {
    get: (id): Promise<Versioned<Blueprint> | undefined> => collection.get(id),

    getMany: (ids): Promise<readonly Versioned<Blueprint>[]> => collection.getMany(ids),

    list: ({ state, ...query } = {}): Promise<Page<Blueprint>> => documentsOf.list({ state }, query),

    async create({ name, purpose, ceilings }, by): Promise<Versioned<Blueprint>> {
      checkWords({ name, purpose });
      const checked = await checkCeilings(ceilings, resourceServers);
      const now = clock.now();
      const blueprint: Blueprint = {
        id: identifiers.newId('bpt'),
        name,
        purpose,
        state: 'draft',
        version: 0,
        ceilings: {},
        revision: 1,
        createdAt: now,
        updatedAt: now,
      };
      const made = await documentsOf.insert(blueprint, 'blueprint.created', by);
      await draft(blueprint, checked, by);
      return made;
    },

    async update(id, expected, change, by): Promise<Versioned<Blueprint>> {
      const { ceilings, ...words } = change;
      const checked = ceilings && (await checkCeilings(ceilings, resourceServers));
      const changed = await documentsOf.change(id, expected, 'blueprint.updated', by, (blueprint) => {
        const next = { ...blueprint, ...words, revision: blueprint.revision + (checked ? 1 : 0) };
        checkWords(next);
        return next;
      });
      if (checked) await draft(changed.document, checked, by);
      return changed;
    },

    draftOf: ({ id, version }): Promise<BlueprintVersion | undefined> => versionOf(id, version + 1),

    async activate(id, expected, by): Promise<Versioned<Blueprint>> {
      const { document, version } = await documentsOf.found(id);
      if (version !== expected) throw stale();
      const next = document.version + 1;
      const found = await versionOf(id, next);
      // The activation of a frozen draft is already decided: the next caller finishes it.
      if (!found || (found.frozenAt === undefined && found.revision !== document.revision)) throw noDraft();
      await record('blueprint.activated', document, by, {
        version: next,
        ceilings: found.ceilings,
        changes: diffCeilings(document.ceilings, found.ceilings),
      });
      // Freezes the draft first, so that an active version can never change again. A caller who finds it frozen
      // continues from there.
      const now = clock.now();
      const frozen = await update(versions, found.id, (one) => {
        if (one.revision !== found.revision) throw stale();
        return one.frozenAt === undefined ? { ...one, frozenAt: now, frozenBy: by.caller, updatedAt: now } : undefined;
      });
      if (!frozen) throw noDraft();
      const active: Blueprint = {
        ...document,
        state: document.state === 'draft' ? 'active' : document.state,
        version: next,
        ceilings: frozen.document.ceilings,
        updatedAt: now,
      };
      if (await collection.replace(active, version)) return { document: active, version: version + 1 };
      const stored = await documentsOf.found(id);
      if (stored.document.version === next) return stored;
      throw stale();
    },

    deprecate: (id, by): Promise<Versioned<Blueprint>> =>
      documentsOf.change(id, undefined, 'blueprint.deprecated', by, (blueprint) => ({
        ...blueprint,
        state: 'deprecated',
      })),

    async versions({ id, version: counts }, { after, limit = 50 } = {}): Promise<Page<ShownVersion>> {
      const found = await versions.find({
        where: { blueprint: id },
        order: { by: 'version', direction: 'descending' },
        limit: limit + 1,
        ...(after ? { after } : {}),
      });
      const items = found.slice(0, limit).map(({ document, version }) => ({
        document: { ...document, state: stateOf(document, counts) },
        version,
      }));
      const last = items.at(-1)?.document;
      return found.length > limit && last ? { items, next: { value: last.version, id: last.id } } : { items };
    },

    async diff({ id }, from, to): Promise<readonly CeilingChange[]> {
      const [before, after] = await Promise.all(
        [from, to].map(async (version) => (version === 0 ? {} : (await versionOf(id, version))?.ceilings)),
      );
      if (!before || !after) throw documentRefusal('version_not_found');
      return diffCeilings(before, after);
    },
  };
};

const stateOf = ({ version, frozenAt }: BlueprintVersion, counts: number): BlueprintState =>
  version === counts ? 'active' : frozenAt === undefined || version > counts ? 'draft' : 'deprecated';

const noDraft = (): DomainError => blueprintRefusal('blueprint_draft_missing', { field: '/draft' });

const inUse = (): DomainError => blueprintRefusal('blueprint_draft_active');

const stale = (): DomainError => blueprintRefusal('blueprint_changed');
