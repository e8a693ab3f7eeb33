import type { AgentBreak, BlueprintPreview } from '../../domain/clients/agents/blueprint-preview.ts';
import type { Blueprint, BlueprintState } from '../../domain/clients/blueprints/blueprint.ts';
import { blueprintRefusal } from '../../domain/clients/blueprints/blueprint-refusals.ts';
import type {
  BlueprintChange,
  BlueprintRegistry,
  NewBlueprint,
  ShownVersion,
} from '../../domain/clients/blueprints/blueprint-registry.ts';
import type { CeilingChange } from '../../domain/clients/blueprints/ceilings.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { type Answer, type Call, existing, type Handlers, pageAnswer, pageOf } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { showCeilings, toWire, withCeilings } from './representations.ts';

type Operations =
  | 'createBlueprint'
  | 'listBlueprints'
  | 'getBlueprint'
  | 'updateBlueprint'
  | 'activateBlueprint'
  | 'deprecateBlueprint'
  | 'listBlueprintVersions'
  | 'diffBlueprint'
  | 'previewBlueprint';

/** The registries this API calls. */
export type Blueprints = BlueprintRegistry & { readonly preview: BlueprintPreview };

export const blueprintHandlers = (blueprints: Blueprints): Handlers<Operations> => {
  const found = async ({ id }: Call): Promise<Versioned<Blueprint>> => existing(await blueprints.get(id));

  const whole = async ({ document, version }: Versioned<Blueprint>): Promise<Answer> => {
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
    createBlueprint: async ({ body, by }) =>
      whole(await blueprints.create(withCeilings(body) as unknown as NewBlueprint, by)),

    async listBlueprints(call) {
      const state = call.query.state as BlueprintState | undefined;
      return pageAnswer(
        await blueprints.list({ ...pageOf(call), ...(state === undefined ? {} : { state }) }),
        showBlueprint,
      );
    },

    getBlueprint: async (call) => whole(await found(call)),

    updateBlueprint: async ({ id, version, body, by }) =>
      whole(await blueprints.update(id, version, withCeilings(body) as BlueprintChange, by)),

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

const showBlueprint = ({ revision: _, ceilings, ...blueprint }: Blueprint): JsonObject => ({
  ...toWire({ ...blueprint }),
  ceilings: showCeilings(ceilings),
});

const showVersion = ({ version, state, ceilings, frozenAt, frozenBy, createdAt }: ShownVersion): JsonObject => ({
  version,
  state,
  ceilings: showCeilings(ceilings),
  created_at: createdAt,
  ...(frozenAt === undefined ? {} : { activated_at: frozenAt }),
  ...(frozenBy === undefined ? {} : { activated_by: frozenBy }),
});

const showChange = ({ member, ...change }: CeilingChange): JsonObject => ({
  member: Object.keys(toWire({ [member]: 0 }))[0],
  ...change,
});

const showBreak = ({ agent, stops, grantTypes, authority, lowered }: AgentBreak): JsonObject => ({
  agent: agent.id,
  name: agent.name,
  owner: agent.owner,
  stops,
  grant_types: grantTypes,
  authority,
  lowered: lowered.map(showChange),
});
