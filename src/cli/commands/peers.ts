/**
 * `behalf peers …`: authorization servers of other domains. This server issues assertions about users to them, and accepts
 * theirs.
 */

import { readFileSync } from 'node:fs';
import { answeringCommands } from '../answering-command.ts';
import { type Command, EXIT, type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand, warn } from '../management-command.ts';
import { lists, resourceScopes, texts } from '../members.ts';
import { findAccount } from '../named-owners.ts';
import { listCommand } from '../object-commands.ts';
import { details, printable } from '../table.ts';

const RISKS = ['low', 'medium', 'high', 'critical'];

const MEMBERS = {
  vouch: {
    value: 'CLIENT=NAME',
    description: 'Issue assertions to this agent or client. NAME is its client_id at the peer.',
    isRepeatable: true,
  },
  at: {
    value: 'GRANT',
    description: "What the assertions cover at the peer: 'RESOURCE SCOPE SCOPE'. SCOPE:RISK where the risk is not low.",
    isRepeatable: true,
  },
  lifetime: { value: 'SECONDS', description: 'Lifetime of an assertion. Default 300.' },
  redeem: {
    value: 'CLIENT',
    description: 'Agent or client that may redeem assertions of the peer at this server.',
    isRepeatable: true,
  },
  trust: {
    value: 'GRANT',
    description: "Maximum rights that they grant at this server: 'RESOURCE SCOPE SCOPE'.",
    isRepeatable: true,
  },
  subjects: {
    value: 'RULE',
    description:
      'linked: only people who were linked to an account. verified_email: also link people by verified address, once.',
  },
  'jwks-uri': { value: 'URL', description: 'URL that serves its keys. Default: the URL in its discovery document.' },
  'jwks-file': { value: 'FILE', description: 'Public keys of the peer as a JWK Set. The server fetches nothing.' },
} as const satisfies Record<string, Option>;

const outbound = (call: ManagementCall): Json => {
  const clients = Object.fromEntries(
    call.texts('vouch').map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw usageError(`--vouch '${pair}' is not CLIENT=NAME.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
  const resources = Object.entries(resourceScopes(call, 'at')).map(([identifier, scopes]) => ({
    identifier,
    scopes: scopes.map((text) => {
      const risk = RISKS.find((one) => text.endsWith(`:${one}`));
      const name = risk === undefined ? text : text.slice(0, -risk.length - 1);
      return { name, description: `${name} behind the peer`, risk: risk ?? 'low' };
    }),
  }));
  const lifetime = call.integer('lifetime', 10, 300);
  if (Object.keys(clients).length === 0 && resources.length === 0 && lifetime === undefined) return {};
  return { outbound: { clients, resources, ...(lifetime === undefined ? {} : { lifetime_seconds: lifetime }) } };
};

const inbound = (call: ManagementCall): Json => {
  const resources = resourceScopes(call, 'trust');
  const { clients = [] } = lists(call, { redeem: 'clients' });
  const rule = texts(call, { subjects: 'subjects' });
  const isAsked = Object.keys(resources).length > 0 || call.texts('redeem').length > 0 || call.isSet('subjects');
  return isAsked ? { inbound: { clients, resources, ...rule } } : {};
};

const members = (call: ManagementCall): Json => {
  const file = call.text('jwks-file');
  return {
    ...texts(call, { name: 'name', 'jwks-uri': 'jwks_uri' }),
    ...(file === undefined ? {} : { jwks: jsonIn(file) }),
    ...outbound(call),
    ...inbound(call),
  };
};

const jsonIn = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw usageError(`${file} cannot be read as JSON.`);
  }
};

const names = (value: unknown, none: string): string => Object.keys((value ?? {}) as object).join(', ') || none;

const shown = (body: Json): string => {
  const [out, into] = [body['outbound'], body['inbound']] as readonly (Json | undefined)[];
  return details([
    ['id', body['id']],
    ['name', body['name']],
    ['issuer', body['issuer']],
    ['state', body['state']],
    ['keys', (body['keys'] as Json | undefined)?.['state']],
    ['vouched for', out ? names(out['clients'], 'no client') : 'no client'],
    ['redeemed by', into ? (into['clients'] as readonly string[]).join(', ') : 'no client'],
    ['good here at', into ? names(into['resources'], 'nothing') : 'nothing'],
  ]);
};

const shownLink = (body: Json): string =>
  details(['id', 'peer', 'subject', 'account', 'created_by'].map((name) => [name, body[name]] as const));

/** Commands by which another party can act for users here. */
const OPENS = { role: 'administrator', isProvenHere: true } as const;

const action = answeringCommands(['peers'], 'PEER', shown);

const create = managementCommand({
  words: ['peers', 'create'],
  operands: ['ISSUER'],
  summary:
    'Create a peer: an authorization server of another domain (ID-JAG). This server issues assertions for it, accepts its assertions, or both.',
  ...OPENS,
  options: { name: { value: 'NAME', description: 'Name to show.', isRequired: true }, ...MEMBERS },
  notes:
    'To issue assertions: --vouch and --at. To accept assertions: --redeem and --trust. Then: behalf peers link ACCOUNT --peer ID --subject SUB',
  run: async (call) => {
    const { body } = await call.api.run('createPeer', { body: { issuer: call.operands[0], ...members(call) } });
    call.print.object(body, shown(body));
    warn(call, body);
    return EXIT.done;
  },
});

const update = managementCommand({
  words: ['peers', 'update'],
  operands: ['PEER'],
  summary: 'Change a peer. A given direction is replaced as a whole. Options left out change nothing.',
  ...OPENS,
  options: { name: { value: 'NAME', description: 'Name to show.' }, ...MEMBERS },
  run: async (call) => {
    const changed = members(call);
    if (Object.keys(changed).length === 0) throw usageError('Nothing to change was given.');
    const { body } = await call.api.change('updatePeer', { id: call.operands[0] ?? '' }, changed);
    call.print.object(body, shown(body));
    return EXIT.done;
  },
});

const link = managementCommand({
  words: ['peers', 'link'],
  operands: ['ACCOUNT'],
  summary: 'Link an account without a role (username or id) to a person of a peer. The person is notified.',
  ...OPENS,
  options: {
    peer: { value: 'PEER', description: 'The peer.', isRequired: true },
    subject: { value: 'SUB', description: 'Exact `sub` of the person there.', isRequired: true },
  },
  run: async (call) => {
    const { body } = await call.api.run('createAccountLink', {
      body: {
        peer: call.required('peer'),
        subject: call.required('subject'),
        account: await findAccount(call.api, call.operands[0]),
      },
    });
    call.print.object(body, shownLink(body));
    return EXIT.done;
  },
});

const unlink = managementCommand({
  words: ['peers', 'unlink'],
  operands: ['ID'],
  summary: 'Delete a link. Tokens issued because of it are revoked at once.',
  warning: 'The person of the other domain acts on that account no more.',
  role: 'operator',
  options: {},
  run: async (call) => {
    await call.api.run('removeAccountLink', { id: call.operands[0] ?? '' });
    return EXIT.done;
  },
});

export const peerCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'peers',
    plural: 'peers, newest first',
    operation: 'listPeers',
    nothing: 'There is no peer. Make one: behalf peers create ISSUER --name NAME',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'ISSUER', value: ({ issuer }) => issuer },
      { title: 'NAME', value: ({ name }) => printable(String(name)) },
    ],
  }),
  action({ verb: 'show', operation: 'getPeer', summary: 'Show a peer and the result of its last key fetch.' }),
  update,
  action({
    verb: 'disable',
    operation: 'disablePeer',
    summary: 'Disable a peer. The server issues no assertions for it and accepts none from it.',
  }),
  action({ verb: 'enable', operation: 'enablePeer', summary: 'Enable a peer again.', ...OPENS }),
  action({ verb: 'purge-keys', operation: 'purgePeerKeys', summary: 'Discard all keys fetched up to now.' }),
  link,
  {
    ...listCommand({
      noun: 'peers',
      plural: 'links of accounts to people of peers, newest first',
      operation: 'listAccountLinks',
      filters: {
        peer: { value: 'PEER', description: 'Only links of this peer.' },
        account: { value: 'ACCOUNT', description: 'Only links of this account.' },
      },
      nothing: 'No account is linked. Link one: behalf peers link ACCOUNT --peer ID --subject SUB',
      columns: [
        { title: 'ID', value: ({ id }) => id },
        { title: 'PEER', value: ({ peer }) => peer },
        { title: 'SUBJECT', value: ({ subject }) => printable(String(subject)) },
        { title: 'ACCOUNT', value: ({ account }) => account, as: 'name' },
      ],
    }),
    words: ['peers', 'links'],
  },
  unlink,
];
