/** `behalf upstreams …`: identity providers at which users sign in, and their account links there. */

import { type Command, EXIT, type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import {
  listCommand,
  type ManagementCall,
  managementCommand,
  showCommand,
  updateCommand,
} from '../management-commands.ts';
import { lists, texts } from '../members.ts';
import { findAccount } from '../named-owners.ts';
import { readSecretText, requirePrivate, type SecretText } from '../secret-file.ts';
import { details, printable } from '../table.ts';

const PATH = '/upstreams';
/** Commands that add a way to sign in. */
const OPENS = { role: 'administrator', isProvenHere: true } as const;
const LINKS = '/upstream-links';
const CLAIMS = ['username', 'name', 'email', 'groups'];

const MEMBERS = {
  authentication: {
    value: 'METHOD',
    description: 'private_key_jwt (default: signed with our keys), client_secret_basic or client_secret_post.',
  },
  'secret-file': { value: 'FILE', description: 'File with the client secret that the provider gave us.' },
  scope: { value: 'SCOPE', description: 'What is asked for there. Default: openid profile email.', isRepeatable: true },
  domain: {
    value: 'DOMAIN',
    description: 'Whoever types a username with this domain is sent there.',
    isRepeatable: true,
  },
  'no-button': { description: 'No button on the sign-in page: only domains lead there.' },
  button: { description: 'A button on the sign-in page (default).' },
  claim: {
    value: 'NAME=CLAIM',
    description: 'Which claim says the username, name, email or groups: username=upn.',
    isRepeatable: true,
  },
  group: {
    value: 'THERE=HERE',
    description: 'Whoever is in THERE is in the group HERE of the account, and nobody else of this provider.',
    isRepeatable: true,
  },
  create: { value: 'WHEN', description: 'Whether somebody without an account gets one: never (default) or always.' },
  'multi-factor-acr': {
    value: 'ACR',
    description: 'A sign-in there with this `acr` counts as with a second factor.',
    isRepeatable: true,
  },
  'multi-factor-amr': { value: 'AMR', description: 'The same for a value of `amr`.', isRepeatable: true },
  'sign-out': {
    value: 'HOW',
    description:
      'Whether signing out here offers to do so there on the page after (offer, default), or does at once (always).',
  },
} as const satisfies Record<string, Option>;

const pairs = (call: ManagementCall, option: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    call.texts(option).map((pair) => {
      const at = pair.lastIndexOf('=');
      if (at < 1) throw usageError(`--${option} '${pair}' is not A=B.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );

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

/** A command for one action on one upstream. */
const action = (verb: 'disable' | 'enable', summary: string): Command =>
  managementCommand({
    words: ['upstreams', verb],
    operands: ['ID'],
    summary,
    ...(verb === 'enable' ? OPENS : { role: 'administrator' }),
    options: {},
    run: async (call) => {
      const { body } = await call.api.post(`${PATH}/${encodeURIComponent(call.operands[0] ?? '')}/${verb}`);
      call.print.object(body, shown(body));
      return EXIT.done;
    },
  });

/** Removes one permanently. */
const removal = (words: readonly string[], path: string, summary: string): Command =>
  managementCommand({
    words,
    operands: ['ID'],
    summary,
    role: 'administrator',
    options: {},
    run: async (call) => {
      await call.api.post(`${path}/${encodeURIComponent(call.operands[0] ?? '')}/remove`);
      return EXIT.done;
    },
  });

const create = managementCommand({
  words: ['upstreams', 'create'],
  operands: ['ISSUER'],
  summary: 'Let people sign in at an existing identity provider (OpenID Connect).',
  ...OPENS,
  options: {
    name: { value: 'NAME', description: 'Stands on the button.', isRequired: true },
    'client-id': { value: 'ID', description: 'Who we are there.', isRequired: true },
    ...MEMBERS,
  },
  notes:
    'Register there beforehand: redirect URI <our issuer>/upstream/callback, keys at <our issuer>/jwks; for signing out ' +
    '<our issuer>/account/signed-out (post-logout redirect URI) and <our issuer>/upstream/logout (back-channel logout URI).',
  run: async (call) => {
    const { body } = await call.api.post(PATH, { issuer: call.operands[0], ...(await members(call)) });
    call.print.object(body, shown(body));
    return EXIT.done;
  },
});

const link = managementCommand({
  words: ['upstreams', 'link'],
  operands: ['ACCOUNT'],
  summary:
    'Say which person of an upstream an account (username or id) is: whoever it is there signs in as that account.',
  ...OPENS,
  options: {
    upstream: { value: 'ID', description: 'The upstream.', isRequired: true },
    subject: { value: 'SUB', description: '`sub` of the person there, exactly.', isRequired: true },
  },
  run: async (call) => {
    const { body } = await call.api.post(LINKS, {
      upstream: call.required('upstream'),
      subject: call.required('subject'),
      account: await findAccount(call.api, call.operands[0]),
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
    plural: 'the providers at which people sign in, newest first',
    path: PATH,
    nothing: 'There is none. Add one: behalf upstreams create ISSUER --name NAME --client-id ID',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'ISSUER', value: ({ issuer }) => issuer },
      { title: 'NAME', value: ({ name }) => printable(String(name)) },
    ],
  }),
  showCommand('upstreams', 'a provider at which people sign in', PATH),
  updateCommand({
    noun: 'upstreams',
    singular: 'a provider at which people sign in',
    path: PATH,
    ...OPENS,
    options: {
      name: { value: 'NAME', description: 'Stands on the button.' },
      'client-id': { value: 'ID', description: 'Who we are there.' },
      ...MEMBERS,
    },
    changes: members,
  }),
  action('disable', 'Let nobody sign in there any more.'),
  action('enable', 'Let people sign in there again.'),
  removal(['upstreams', 'delete'], PATH, 'Take a provider away; links to people there count no more.'),
  link,
  {
    ...listCommand({
      noun: 'upstreams',
      plural: 'which people of upstreams are accounts, newest first',
      path: LINKS,
      filters: {
        upstream: { value: 'ID', description: 'Only of this upstream.' },
        account: { value: 'ID', description: 'Only of this account.' },
      },
      nothing: 'Nobody is connected.',
      columns: [
        { title: 'ID', value: ({ id }) => id },
        { title: 'UPSTREAM', value: ({ upstream }) => upstream },
        { title: 'SUBJECT', value: ({ subject }) => printable(String(subject)) },
        { title: 'ACCOUNT', value: ({ account }) => account },
        { title: 'PROOF', value: ({ proof }) => proof },
      ],
    }),
    words: ['upstreams', 'links'],
  },
  removal(['upstreams', 'unlink'], LINKS, 'Take a link away: nobody signs in to that account from there any more.'),
];
