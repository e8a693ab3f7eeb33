/** `behalf upstreams …`: identity providers at which users sign in, and the account links there. */

import { answeringCommands } from '../answering-command.ts';
import { type Command, EXIT, type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { lists, pairs, texts } from '../members.ts';
import { findAccount } from '../named-owners.ts';
import { listCommand, showCommand, updateCommand } from '../object-commands.ts';
import type { ActionOperation } from '../operations.ts';
import { readSecretText, requirePrivate, type SecretText } from '../secret-file.ts';
import { details, printable } from '../table.ts';

/** Commands that add a sign-in method. */
const OPENS = { role: 'administrator', isProvenHere: true } as const;
const CLAIMS = ['username', 'name', 'email', 'groups'];

const MEMBERS = {
  authentication: {
    value: 'METHOD',
    description:
      'private_key_jwt (default: signed with the keys of this server), client_secret_basic or client_secret_post.',
  },
  'secret-file': { value: 'FILE', description: 'File with the client secret from the provider.' },
  scope: { value: 'SCOPE', description: 'Scope to request there. Default: openid profile email.', isRepeatable: true },
  domain: {
    value: 'DOMAIN',
    description: 'Users whose username has this domain sign in with this provider.',
    isRepeatable: true,
  },
  'no-button': { description: 'Show no button on the sign-in page. Only users with a --domain reach the provider.' },
  button: { description: 'Show a button on the sign-in page (default).' },
  claim: {
    value: 'NAME=CLAIM',
    description: 'Claim for the username, name, email or groups: username=upn.',
    isRepeatable: true,
  },
  group: {
    value: 'THERE=HERE',
    description:
      'Map group THERE at the provider to group HERE of the account. At each sign-in the account joins or leaves HERE accordingly.',
    isRepeatable: true,
  },
  create: {
    value: 'WHEN',
    description: 'Whether the server creates an account for a person without one: never (default) or always.',
  },
  'multi-factor-acr': {
    value: 'ACR',
    description: 'Accept a sign-in there with this `acr` as a second factor.',
    isRepeatable: true,
  },
  'multi-factor-amr': {
    value: 'AMR',
    description: 'Accept a sign-in there with this value of `amr` as a second factor.',
    isRepeatable: true,
  },
  'sign-out': {
    value: 'HOW',
    description:
      'Sign-out at the provider: offer it on the page after sign-out (offer, default), or do it at once (always).',
  },
} as const satisfies Record<string, Option>;

const secretIn = (file: string): string => {
  let content: SecretText;
  try {
    content = readSecretText(file);
  } catch {
    throw usageError(`${file} cannot be read.`);
  }
  requirePrivate(content, file);
  return content.text.trim();
};

const members = async (call: ManagementCall): Promise<Json> => {
  const file = call.text('secret-file');
  const claims = pairs(call, 'claim');
  const groups = pairs(call, 'group');
  const unknown = Object.keys(claims).find((name) => !CLAIMS.includes(name));
  if (unknown !== undefined) throw usageError(`--claim ${unknown}=… is not one of ${CLAIMS.join(', ')}.`);
  const { acr, amr } = lists(call, { 'multi-factor-acr': 'acr', 'multi-factor-amr': 'amr' }) as Readonly<
    Record<string, readonly string[]>
  >;
  return {
    ...texts(call, {
      name: 'name',
      'client-id': 'client_id',
      authentication: 'authentication',
      create: 'create',
      'sign-out': 'sign_out',
    }),
    ...(file === undefined ? {} : { client_secret: secretIn(file) }),
    ...lists(call, { scope: 'scopes', domain: 'domains' }),
    ...(call.isSet('no-button') ? { button: false } : call.isSet('button') ? { button: true } : {}),
    ...(Object.keys(claims).length === 0 ? {} : { claims }),
    ...(Object.keys(groups).length === 0 ? {} : { groups }),
    ...(acr || amr ? { multi_factor: { acr: acr ?? [], amr: amr ?? [] } } : {}),
  };
};

const shown = (body: Json): string =>
  details(
    [
      ...['id', 'name', 'issuer', 'client_id', 'authentication', 'create', 'sign_out', 'state'],
      ...['redirect_uri', 'post_logout_redirect_uri', 'backchannel_logout_uri'],
    ].map((name) => [name, body[name]]),
  );

const action = answeringCommands(['upstreams'], 'UPSTREAM', shown);

/** Removes an upstream permanently. */
const removal = (
  words: readonly string[],
  operation: ActionOperation,
  [summary, warning]: readonly [string, string],
): Command =>
  managementCommand({
    words,
    operands: [operation === 'removeUpstream' ? 'UPSTREAM' : 'ID'],
    summary,
    warning,
    role: 'administrator',
    options: {},
    run: async (call) => {
      await call.api.run(operation, { id: call.operands[0] ?? '' });
      return EXIT.done;
    },
  });

const create = managementCommand({
  words: ['upstreams', 'create'],
  operands: ['ISSUER'],
  summary: 'Create an upstream: an existing identity provider (OpenID Connect) that people sign in with.',
  ...OPENS,
  options: {
    name: { value: 'NAME', description: 'Label of the sign-in button.', isRequired: true },
    'client-id': { value: 'ID', description: 'client_id of this server at the provider.', isRequired: true },
    ...MEMBERS,
  },
  notes:
    'Register there first: redirect URI <our issuer>/upstream/callback, keys at <our issuer>/jwks; for sign-out ' +
    '<our issuer>/account/signed-out (post-logout redirect URI) and <our issuer>/upstream/logout (back-channel logout URI).',
  run: async (call) => {
    const { body } = await call.api.run('createUpstream', {
      body: { issuer: call.operands[0], ...(await members(call)) },
    });
    call.print.object(body, shown(body));
    return EXIT.done;
  },
});

const link = managementCommand({
  words: ['upstreams', 'link'],
  operands: ['ACCOUNT'],
  summary: 'Link an account (username or id) to a person of an upstream. This person then signs in to that account.',
  ...OPENS,
  options: {
    upstream: { value: 'UPSTREAM', description: 'The upstream.', isRequired: true },
    subject: { value: 'SUB', description: 'Exact `sub` of the person there.', isRequired: true },
  },
  run: async (call) => {
    const { body } = await call.api.run('createUpstreamLink', {
      body: {
        upstream: call.required('upstream'),
        subject: call.required('subject'),
        account: await findAccount(call.api, call.operands[0]),
      },
    });
    call.print.object(
      body,
      details(['id', 'upstream', 'subject', 'account', 'proof'].map((name) => [name, body[name]])),
    );
    return EXIT.done;
  },
});

export const upstreamCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'upstreams',
    plural: 'upstream providers, newest first',
    operation: 'listUpstreams',
    nothing: 'There is none. Add one: behalf upstreams create ISSUER --name NAME --client-id ID',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'ISSUER', value: ({ issuer }) => issuer },
      { title: 'NAME', value: ({ name }) => printable(String(name)) },
    ],
  }),
  showCommand('upstreams', 'an upstream provider', 'getUpstream'),
  updateCommand({
    noun: 'upstreams',
    singular: 'an upstream provider',
    operation: 'updateUpstream',
    ...OPENS,
    options: {
      name: { value: 'NAME', description: 'Label of the sign-in button.' },
      'client-id': { value: 'ID', description: 'client_id of this server at the provider.' },
      ...MEMBERS,
    },
    changes: members,
  }),
  action({
    ...{ verb: 'disable', operation: 'disableUpstream', role: 'administrator' },
    summary: 'Disable an upstream provider. People can no longer sign in with it.',
  }),
  action({ verb: 'enable', operation: 'enableUpstream', summary: 'Enable an upstream provider again.', ...OPENS }),
  removal(['upstreams', 'delete'], 'removeUpstream', [
    'Delete an upstream provider. Links to its people become invalid.',
    'People can no longer sign in with it, and their links are lost. To stop it for a while: upstreams disable.',
  ]),
  link,
  {
    ...listCommand({
      noun: 'upstreams',
      plural: 'links of accounts to people of upstream providers, newest first',
      operation: 'listUpstreamLinks',
      filters: {
        upstream: { value: 'UPSTREAM', description: 'Only links of this upstream.' },
        account: { value: 'ACCOUNT', description: 'Only links of this account.' },
      },
      nothing: 'No account is connected.',
      columns: [
        { title: 'ID', value: ({ id }) => id },
        { title: 'UPSTREAM', value: ({ upstream }) => upstream, as: 'name' },
        { title: 'SUBJECT', value: ({ subject }) => printable(String(subject)) },
        { title: 'ACCOUNT', value: ({ account }) => account, as: 'name' },
        { title: 'PROOF', value: ({ proof }) => proof },
      ],
    }),
    words: ['upstreams', 'links'],
  },
  removal(['upstreams', 'unlink'], 'removeUpstreamLink', [
    'Delete a link. The person can no longer sign in to that account from there.',
    'The person needs another way to sign in.',
  ]),
];
