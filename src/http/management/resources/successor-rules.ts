/** Resource: successor rules, which say who is asked to own the agents of an account that leaves. */
import { ACCEPT_WITHIN, type SuccessorRule } from '../../../domain/clients/successors/successor-rule.ts';
import type { SuccessorRules } from '../../../domain/clients/successors/successor-rules.ts';
import { existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, scopes } from '../route.ts';
import { named } from '../schema.ts';
import { change, flag, identified, input, integer, nullable, output, page, RECORD, text } from '../schema-parts.ts';
import { show } from '../wire-names.ts';

const MEMBERS = {
  applies_to: text(
    'Whose agents: * for those of every owner, the id of a group (its own, and those of its members), or of a directory. The narrowest rule applies. Default: *.',
    64,
  ),
  manager: flag('Whether the manager of the account is asked first, as its directory names them. Default: false.'),
  group: text('Id of the group that is asked when there is no manager, or when the manager did not accept.', 64),
  accept_within: integer('Seconds in which each of them can accept. Default: seven days.', {
    ...{ minimum: ACCEPT_WITHIN.least, maximum: ACCEPT_WITHIN.most },
  }),
};

const NEW_RULE = named('NewSuccessorRule', input(MEMBERS));
const RULE_CHANGE = named('SuccessorRuleChange', change({ ...MEMBERS, group: nullable(MEMBERS.group) }));
const RULE = named('SuccessorRule', output({ ...identified('Begins with suc_.'), ...MEMBERS, ...RECORD }, ['group']));
const RULE_PAGE = page(RULE);

const SCOPES = scopes('successor-rules', {
  read: ['See who is asked to own the agents of people who leave', 'low'],
  write: ['Decide who is asked to own the agents of people who leave', 'high'],
});

const make = about('successor-rules', SCOPES);
const BY_ADMINISTRATORS = { roles: ADMINISTRATORS, freshFactor: true } as const;

const routes = {
  createSuccessorRule: make.create(
    '/successor-rules',
    NEW_RULE,
    RULE,
    'Create a successor rule. Agents that have no owner now get a proposal by it, too',
    BY_ADMINISTRATORS,
  ),
  listSuccessorRules: make.read('/successor-rules', RULE_PAGE, 'List successor rules, newest first', { query: PAGE }),
  getSuccessorRule: make.read('/successor-rules/{id}', RULE, 'Read a successor rule'),
  updateSuccessorRule: make.change(
    '/successor-rules/{id}',
    RULE_CHANGE,
    RULE,
    'Change a successor rule. Open proposals stay as they are',
    BY_ADMINISTRATORS,
  ),
  removeSuccessorRule: make.remove(
    '/successor-rules/{id}',
    'Delete a successor rule. Open proposals stay as they are',
    BY_ADMINISTRATORS,
  ),
};

type Dependencies = { readonly successorRules: SuccessorRules };

const showRule = (rule: SuccessorRule) =>
  show(rule, ['id', 'appliesTo', 'manager', 'group', 'acceptWithin', 'createdAt', 'updatedAt']);

const handlers = ({ successorRules: rules }: Dependencies): Handlers<typeof routes> => ({
  createSuccessorRule: async ({ body, by }) => objectAnswer(await rules.create(body, by), showRule),
  listSuccessorRules: async (call) => pageAnswer(await rules.list(pageOf(call)), showRule),
  getSuccessorRule: async ({ id }) => objectAnswer(existing(await rules.get(id)), showRule),
  async updateSuccessorRule(call) {
    sameVersion(existing(await rules.get(call.id)), call);
    return objectAnswer(await rules.update(call.id, call.version, call.body, call.by), showRule);
  },
  async removeSuccessorRule({ id, by }) {
    await rules.remove(id, by);
    return {};
  },
});

export const successorRules = resource(routes, handlers);
