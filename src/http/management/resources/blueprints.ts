import type { AgentBreak, BlueprintPreview } from '../../../domain/clients/agents/blueprint-preview.ts';
import type { Blueprint } from '../../../domain/clients/blueprints/blueprint.ts';
import { blueprintRefusal } from '../../../domain/clients/blueprints/blueprint-refusals.ts';
import type { BlueprintRegistry, ShownVersion } from '../../../domain/clients/blueprints/blueprint-registry.ts';
import type { CeilingChange } from '../../../domain/clients/blueprints/ceilings.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { type Call, existing, orderOf, pageAnswer, pageOf } from '../call.ts';
import { CEILINGS, showCeilings } from '../ceilings.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, ORDER, PAGE, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { SCOPES_BY_RESOURCE } from '../shared-schemas.ts';
import { fromWireBelow, toWire, wireName } from '../wire-names.ts';

const BLUEPRINT_MEMBERS = {
  name: text('Name to show, one line; unique.', 100),
  purpose: text('Purpose of agents under the blueprint, one line.', 500),
  ceilings: ref(CEILINGS),
};

const NEW_BLUEPRINT = named('NewBlueprint', input(BLUEPRINT_MEMBERS, ['name', 'purpose', 'ceilings']));

const BLUEPRINT_CHANGE = named('BlueprintChange', change(BLUEPRINT_MEMBERS));

const BLUEPRINT_STATE = oneOf(
  'draft: not in effect yet; active: in effect; deprecated: in effect, but accepts no new agents, or replaced.',
  ['draft', 'active', 'deprecated'],
);

const BLUEPRINT = named(
  'Blueprint',
  output(
    {
      ...identified('Begins with bpt_.'),
      ...BLUEPRINT_MEMBERS,
      state: BLUEPRINT_STATE,
      version: integer('The active version; 0 before the first activation.'),
      draft: output({ version: integer(), ceilings: ref(CEILINGS) }),
      ...RECORD,
    },
    ['draft'],
  ),
);

const BLUEPRINT_PAGE = page(BLUEPRINT);

const BLUEPRINT_VERSION = named(
  'BlueprintVersion',
  output(
    {
      version: integer(),
      state: BLUEPRINT_STATE,
      ceilings: ref(CEILINGS),
      created_at: seconds('When the draft was created.'),
      activated_at: seconds('When the version was activated. Since then it cannot change.'),
      activated_by: string(),
    },
    ['activated_at', 'activated_by'],
  ),
);

const BLUEPRINT_VERSION_PAGE = page(BLUEPRINT_VERSION);

const CEILING_CHANGE = named(
  'CeilingChange',
  output(
    {
      member: string('Name of the ceiling.'),
      before: { description: 'Absent: no limit.' },
      after: { description: 'Absent: no limit.' },
      narrows: flag('Whether the change narrows the ceiling.'),
    },
    ['before', 'after'],
  ),
);

const BLUEPRINT_DIFF = named(
  'BlueprintDiff',
  output({
    from: integer(),
    to: integer(),
    changes: arrayOf(ref(CEILING_CHANGE)),
  }),
);

const AGENT_BREAK = named(
  'AgentBreak',
  output({
    agent: string(),
    name: string(),
    owner: string(),
    stops: arrayOf(string(), 'Reasons why the agent would be blocked.'),
    grant_types: arrayOf(string(), 'Grant types that the agent would lose.'),
    authority: { ...ref(SCOPES_BY_RESOURCE), description: 'Own rights that the agent would lose.' },
    lowered: arrayOf(ref(CEILING_CHANGE), 'Ceilings that would be lower for the agent.'),
  }),
);

const AGENT_BREAK_PAGE = page(AGENT_BREAK);

const SCOPES = scopes('blueprints', {
  read: ['See the blueprints of agents', 'low'],
  write: ['Set the upper limits of agents', 'critical'],
});

const make = about('blueprints', SCOPES);

const routes = {
  createBlueprint: make.create(
    '/blueprints',
    NEW_BLUEPRINT,
    BLUEPRINT,
    'Create a draft of a blueprint. It has no effect until it is activated',
  ),
  listBlueprints: make.read(
    '/blueprints',
    BLUEPRINT_PAGE,
    'List blueprints, newest first unless `sort` says otherwise',
    {
      query: {
        ...PAGE,
        state: oneOf('Only blueprints in this state.', ['draft', 'active', 'deprecated']),
        sort: { ...oneOf('Sort key.', ['created', 'name', 'changed']), default: 'created' },
        order: ORDER,
      },
    },
  ),
  getBlueprint: make.read('/blueprints/{id}', BLUEPRINT, 'Read a blueprint: the active version and the draft'),
  updateBlueprint: make.change(
    '/blueprints/{id}',
    BLUEPRINT_CHANGE,
    BLUEPRINT,
    'Change name and purpose, and write the draft. `ceilings` replaces the whole draft',
  ),
  activateBlueprint: make.act(
    '/blueprints/{id}/activate',
    BLUEPRINT,
    'Activate the draft of a blueprint for all its agents at once',
    { ifMatch: true },
  ),
  deprecateBlueprint: make.act(
    '/blueprints/{id}/deprecate',
    BLUEPRINT,
    'Deprecate a blueprint. It accepts no new agents, and existing agents stay under it',
  ),
  listBlueprintVersions: make.read(
    '/blueprints/{id}/versions',
    BLUEPRINT_VERSION_PAGE,
    'List the versions of a blueprint, newest first',
    { query: PAGE },
  ),
  diffBlueprint: make.read('/blueprints/{id}/diff', BLUEPRINT_DIFF, 'Compare two versions', {
    query: {
      from: integer('Default: the active version.', { minimum: 0, maximum: 1_000_000 }),
      to: integer('Default: the draft.', { minimum: 0, maximum: 1_000_000 }),
    },
  }),
  previewBlueprint: make.read(
    '/blueprints/{id}/preview',
    AGENT_BREAK_PAGE,
    'List the agents that the draft would break, and how. A page may be shorter than requested',
    { query: PAGE },
  ),
};

/** The registries for this API. */
export type Blueprints = BlueprintRegistry & { readonly preview: BlueprintPreview };

type Dependencies = {
  readonly blueprints: Blueprints;
};

const handlers = ({ blueprints }: Dependencies): Handlers<typeof routes> => {
  const found = async ({ id }: Call): Promise<Versioned<Blueprint>> => existing(await blueprints.get(id));

  const whole = async ({ document, version }: Versioned<Blueprint>) => {
    const draft = await blueprints.draftOf(document);
    return {
      body: {
        ...showBlueprint(document),
        ...(draft ? { draft: { version: draft.version, ceilings: showCeilings(draft.ceilings) } } : {}),
      },
      version,
    };
  };

  return {
    createBlueprint: async ({ body, by }) => whole(await blueprints.create(fromWireBelow(body, 'ceilings'), by)),

    async listBlueprints(call) {
      const { state } = call.query;
      const order = orderOf(call.query, { created: 'createdAt', name: 'name', changed: 'updatedAt' });
      return pageAnswer(
        await blueprints.list({
          ...pageOf(call),
          ...(state === undefined ? {} : { state }),
          ...(order === undefined ? {} : { order }),
        }),
        showBlueprint,
      );
    },

    getBlueprint: async (call) => whole(await found(call)),

    updateBlueprint: async ({ id, version, body, by }) =>
      whole(await blueprints.update(id, version, fromWireBelow(body, 'ceilings'), by)),

    activateBlueprint: async ({ id, version, by }) => whole(await blueprints.activate(id, version, by)),

    deprecateBlueprint: async ({ id, by }) => whole(await blueprints.deprecate(id, by)),

    async listBlueprintVersions(call) {
      const { document } = await found(call);
      return pageAnswer(await blueprints.versions(document, pageOf(call)), showVersion);
    },

    async diffBlueprint(call) {
      const { document } = await found(call);
      const { from = document.version, to = document.version + 1 } = call.query;
      return { body: { from, to, changes: (await blueprints.diff(document, from, to)).map(showChange) } };
    },

    async previewBlueprint(call) {
      const { document } = await found(call);
      const draft = await blueprints.draftOf(document);
      if (!draft) throw blueprintRefusal('blueprint_draft_missing_for_preview');
      const { items, next } = await blueprints.preview(document, draft.ceilings, call.after, call.query.limit ?? 50);
      return { body: { items: items.map(showBreak) }, next };
    },
  };
};

const showBlueprint = ({ revision: _, ceilings, ...blueprint }: Blueprint) => ({
  ...toWire({ ...blueprint }),
  ceilings: showCeilings(ceilings),
});

const showVersion = ({ version, state, ceilings, frozenAt, frozenBy, createdAt }: ShownVersion) => ({
  version,
  state,
  ceilings: showCeilings(ceilings),
  created_at: createdAt,
  ...(frozenAt === undefined ? {} : { activated_at: frozenAt }),
  ...(frozenBy === undefined ? {} : { activated_by: frozenBy }),
});

const showChange = ({ member, ...change }: CeilingChange) => ({
  member: wireName(member),
  ...change,
});

const showBreak = ({ agent, stops, grantTypes, authority, lowered }: AgentBreak) => ({
  agent: agent.id,
  name: agent.name,
  owner: agent.owner,
  stops,
  grant_types: grantTypes,
  authority,
  lowered: lowered.map(showChange),
});

export const blueprints = resource(routes, handlers);
