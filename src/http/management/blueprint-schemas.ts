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
  purpose: text('What agents of it are for, one line.', 500),
  ceilings: ref('Ceilings'),
};
const BLUEPRINT_STATE = oneOf('Nothing counts yet; counts; counts and takes no new agents or was replaced.', [
  'draft',
  'active',
  'deprecated',
]);
const GROUP: Properties = {
  name: text('Name to show, one line; unique.', 100),
  members: { ...strings('Ids of accounts. Each of them may do what an owner does.', 64, 64), minItems: 2 },
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
      version: { type: 'integer', description: 'The version that counts; 0 before the first.' },
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
      created_at: seconds('When its draft was begun.'),
      activated_at: seconds('Since when it cannot change.'),
      activated_by: { type: 'string' },
    },
    ['activated_at', 'activated_by'],
  ),
  BlueprintVersionPage: page('BlueprintVersion'),
  CeilingChange: output(
    {
      member: { type: 'string', description: 'Member of the ceilings.' },
      before: { description: 'Absent: no limit.' },
      after: { description: 'Absent: no limit.' },
      narrows: { type: 'boolean', description: 'Whether something is taken away by it.' },
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
    stops: { type: 'array', items: { type: 'string' }, description: 'Why it could do nothing any more.' },
    grant_types: { type: 'array', items: { type: 'string' }, description: 'Grant types it would lose.' },
    authority: { ...ref('ScopesByResource'), description: 'Rights of its own it would lose.' },
    lowered: { type: 'array', items: ref('CeilingChange'), description: 'Ceilings that would be lower for it.' },
  }),
  AgentBreakPage: page('AgentBreak'),
  NewGroup: input(GROUP, ['name', 'members']),
  GroupChange: change(GROUP),
  OwnerName: output({
    ...identified('Of the account or the group.'),
    kind: oneOf('What it is.', OWNER_KINDS),
    name: text('Username of the account, or name of the group.', 100),
  }),
  Group: output({ ...identified('Begins with grp_.'), ...GROUP, ...RECORD }),
  GroupPage: page('Group'),
};
