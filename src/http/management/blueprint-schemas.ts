/** Schemas of blueprints and groups; see schemas.ts. */
import { OWNER_KINDS } from '../../domain/identity/groups/owner-names.ts';
import { CEILINGS } from './ceilings-schema.ts';
import {
  change,
  identified,
  input,
  type JsonSchema,
  oneOf,
  output,
  type Properties,
  page,
  RECORD,
  ref,
  seconds,
  strings,
  text,
} from './schema-parts.ts';

const BLUEPRINT: Properties = {
  name: text('Name to show, one line; unique.', 100),
  purpose: text('Purpose of agents under the blueprint, one line.', 500),
  ceilings: ref('Ceilings'),
};
const BLUEPRINT_STATE = oneOf(
  'draft: not in effect yet; active: in effect; deprecated: in effect, but accepts no new agents, or replaced.',
  ['draft', 'active', 'deprecated'],
);
const GROUP: Properties = {
  name: text('Name to show, one line; unique.', 100),
  members: { ...strings('Ids of accounts. Each member has the rights of an owner.', 64, 64), minItems: 2 },
};

export const BLUEPRINT_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Ceilings: CEILINGS,
  NewBlueprint: input(BLUEPRINT, ['name', 'purpose', 'ceilings']),
  BlueprintChange: change(BLUEPRINT),
  Blueprint: output(
    {
      ...identified('Begins with bpt_.'),
      ...BLUEPRINT,
      state: BLUEPRINT_STATE,
      version: { type: 'integer', description: 'The active version; 0 before the first activation.' },
      draft: output({ version: { type: 'integer' }, ceilings: ref('Ceilings') }),
      ...RECORD,
    },
    ['draft'],
  ),
  BlueprintPage: page('Blueprint'),
  BlueprintVersion: output(
    {
      version: { type: 'integer' },
      state: BLUEPRINT_STATE,
      ceilings: ref('Ceilings'),
      created_at: seconds('When the draft was created.'),
      activated_at: seconds('When the version was activated. Since then it cannot change.'),
      activated_by: { type: 'string' },
    },
    ['activated_at', 'activated_by'],
  ),
  BlueprintVersionPage: page('BlueprintVersion'),
  CeilingChange: output(
    {
      member: { type: 'string', description: 'Name of the ceiling.' },
      before: { description: 'Absent: no limit.' },
      after: { description: 'Absent: no limit.' },
      narrows: { type: 'boolean', description: 'Whether the change narrows the ceiling.' },
    },
    ['before', 'after'],
  ),
  BlueprintDiff: output({
    from: { type: 'integer' },
    to: { type: 'integer' },
    changes: { type: 'array', items: ref('CeilingChange') },
  }),
  AgentBreak: output({
    agent: { type: 'string' },
    name: { type: 'string' },
    owner: { type: 'string' },
    stops: { type: 'array', items: { type: 'string' }, description: 'Reasons why the agent would be blocked.' },
    grant_types: { type: 'array', items: { type: 'string' }, description: 'Grant types that the agent would lose.' },
    authority: { ...ref('ScopesByResource'), description: 'Own rights that the agent would lose.' },
    lowered: { type: 'array', items: ref('CeilingChange'), description: 'Ceilings that would be lower for the agent.' },
  }),
  AgentBreakPage: page('AgentBreak'),
  NewGroup: input(GROUP, ['name', 'members']),
  GroupChange: change(GROUP),
  OwnerName: output({
    ...identified('Id of the account or group.'),
    kind: oneOf('Account or group.', OWNER_KINDS),
    name: text('Username of the account, or name of the group.', 100),
  }),
  Group: output({ ...identified('Begins with grp_.'), ...GROUP, ...RECORD }),
  GroupPage: page('Group'),
};
