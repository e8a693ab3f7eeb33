/** The forms that add and change a provisioning target. */
import { fieldWords } from '../../../views/words/console-fields.ts';
import { objectWords } from '../../../views/words/console-objects.ts';
import { targetWords as words } from '../../../views/words/console-targets.ts';
import { pollWords } from '../../../views/words/console-transmitter-polls.ts';
import { AGENT_NAME_ATTRIBUTES, REMOVALS, USER_NAME_SOURCES } from '../../domain/provisioning/provisioning-target.ts';
import { linesOf } from './agent-form.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { checkedField, choiceField, type FieldKind, lineField, namesField, secretField } from './form-fields.ts';
import type { ObjectFormSpec, SectionSpec } from './object-form-spec.ts';
import { chosenHeading, ownerText } from './object-names.ts';
import { withoutEndedClient } from './token-client-fields.ts';

export const TARGETS = '/console/provisioning-targets';

/** `*`, or names of agents, accounts and groups. */
const agentsField: FieldKind = {
  ...namesField('subject', 4),
  hint: words.agentsHint,
  emptied: ['*'],
  names: (values) => (linesOf(values.get('agents')?.[0] ?? '').includes('*') ? undefined : 'subject'),
};

const SECTIONS: readonly SectionSpec[] = [
  {
    title: objectWords.identity,
    fields: [
      { name: 'name', label: fieldWords.name, kind: lineField(100) },
      { name: 'url', label: words.url, hint: words.newUrlHint, kind: lineField(2048), only: 'new' },
      { name: 'url', label: words.url, hint: words.urlHint, kind: lineField(2048), only: 'change' },
      {
        ...{ name: 'token', label: words.token, hint: words.tokenHint, kind: secretField(4096), only: 'new' },
        optional: true,
      },
      {
        ...{ name: 'token', label: words.token, hint: words.tokenKept, kind: secretField(4096), only: 'change' },
        optional: true,
      },
    ],
  },
  {
    ...{ title: words.tokens, hint: words.tokensHint, isFolded: true },
    fields: [
      {
        ...{ name: 'token_endpoint', label: pollWords.endpoint, hint: pollWords.endpointHint, optional: true },
        kind: lineField(2048),
      },
      {
        ...{ name: 'token_client_id', label: pollWords.client, hint: pollWords.clientHint, optional: true },
        kind: lineField(512),
      },
      {
        ...{ name: 'token_client_authentication', label: pollWords.hasSecret, hint: pollWords.hasSecretHint },
        ...{ kind: checkedField('client_secret_basic', 'private_key_jwt'), optional: true },
      },
      {
        ...{ name: 'token_client_secret', label: fieldWords.clientSecret, hint: words.secretHint, optional: true },
        kind: secretField(1024),
      },
      {
        ...{ name: 'token_client_audience', label: pollWords.audience, hint: pollWords.audienceHint, optional: true },
        kind: lineField(512),
      },
      { name: 'token_scope', label: pollWords.scope, hint: words.scopeHint, kind: lineField(1000), optional: true },
      {
        ...{ name: 'token_resource', label: pollWords.resource, hint: pollWords.resourceHint, optional: true },
        kind: lineField(512),
      },
    ],
  },
  {
    title: words.what,
    fields: [
      { name: 'agents', label: words.agents, kind: agentsField, optional: true },
      {
        ...{ name: 'agent_name', label: words.agentName },
        kind: choiceField(AGENT_NAME_ATTRIBUTES.map((value) => ({ value, text: words.agentNameTexts[value] }))),
      },
      {
        ...{ name: 'user_name', label: words.userName },
        kind: choiceField(USER_NAME_SOURCES.map((value) => ({ value, text: words.userNames[value] }))),
      },
      {
        ...{ name: 'removal', label: words.removal },
        kind: choiceField(REMOVALS.map((value) => ({ value, text: words.removals[value] }))),
      },
    ],
  },
];

export const targetForms = (deps: ConsoleDeps, home: string): ObjectFormSpec => ({
  ...{ path: TARGETS, place: 'provisioning-targets', sections: SECTIONS, hrefOf: (id) => `${home}/${id}` },
  create: {
    ...{ operation: 'createProvisioningTarget', title: words.make, lead: words.makeLead, button: words.add },
    done: 'targetAdded',
    values: { agents: ['*'], agent_name: 'agentUserName', user_name: 'username', removal: 'deactivate' },
  },
  change: {
    ...{ read: 'getProvisioningTarget', operation: 'updateProvisioningTarget', title: words.changeTitle },
    ...{ heading: chosenHeading(fieldWords.changeOf), lead: words.changeLead },
    body: withoutEndedClient({ token: 'token', ends: ['token_endpoint'], prefix: 'token_' }),
  },
  // An agent stays its id: several may have one name.
  shown: async (object) => {
    const agents = Array.isArray(object['agents']) ? object['agents'].map(String) : [];
    const named = agents.map(async (id) => (/^(acc|grp)_/.test(id) ? await ownerText(deps, id) : id));
    return { ...object, agents: await Promise.all(named) };
  },
});
