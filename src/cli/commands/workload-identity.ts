/** `behalf workload-identity …`: issuers of accepted workload tokens, and the agent that a token would authenticate. */
import { readFileSync } from 'node:fs';
import { answeringCommands } from '../answering-command.ts';
import { type Command, EXIT, type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand, warn } from '../management-command.ts';
import { jsonIn, texts } from '../members.ts';
import { listCommand } from '../object-commands.ts';
import { details, printable } from '../table.ts';

const TEMPLATES = ['kubernetes', 'github-actions', 'gitlab', 'aws', 'gcp', 'azure', 'spiffe-jwt', 'generic'];

const KEYS = {
  'jwks-uri': { value: 'URL', description: 'URL that serves its keys. Default: the URL in its discovery document.' },
  'jwks-file': { value: 'FILE', description: 'Public keys of the issuer as a JWK Set. The server fetches nothing.' },
  audience: { value: 'TEXT', description: 'Audience of its tokens. Default: the issuer of this server.' },
  'max-token-age': { value: 'SECONDS', description: 'How long a token is valid after it was issued. Default 3600.' },
  'max-key-age': {
    value: 'SECONDS',
    description: 'How long the last fetched keys stay valid while fetching fails. Default 3600.',
  },
  'one-time': { description: 'Accept a token with an id (jti) only once.' },
} as const satisfies Record<string, Option>;

const members = (call: ManagementCall): Json => {
  const file = call.text('jwks-file');
  const [age, keyAge] = [call.integer('max-token-age', 60, 86_400), call.integer('max-key-age', 300, 86_400)];
  return {
    ...texts(call, { name: 'name', audience: 'audience', 'jwks-uri': 'jwks_uri' }),
    ...(file === undefined ? {} : { jwks: jsonIn(file) }),
    ...(age === undefined ? {} : { max_token_age_seconds: age }),
    ...(keyAge === undefined ? {} : { max_key_age_seconds: keyAge }),
    ...(call.isSet('one-time') ? { one_time_tokens: true } : {}),
  };
};

const shown = (body: Json): string =>
  details([
    ['id', body['id']],
    ['name', body['name']],
    ['template', body['template']],
    ['issuer', body['issuer']],
    ['state', body['state']],
    ['keys', keysText(body)],
    ['audience', body['audience'] ?? 'the issuer of this server'],
    ['token age', `${body['max_token_age_seconds']} s at most`],
  ]);

const keysText = (body: Json): string => {
  const { state, reason } = (body['keys'] ?? {}) as { readonly state?: string; readonly reason?: string };
  return reason === undefined ? String(state) : `${state}: ${reason}`;
};

/** Commands by which another issuer can authenticate agents here. */
const OPENS = { role: 'administrator', isProvenHere: true } as const;

const action = answeringCommands(['workload-identity', 'issuers'], 'TRUSTED_ISSUER', shown);

const create = managementCommand({
  words: ['workload-identity', 'issuers', 'create'],
  operands: ['ISSUER'],
  summary: 'Trust an issuer. Agents can then authenticate with its tokens if they have a rule for them.',
  ...OPENS,
  options: {
    name: { value: 'NAME', description: 'Name to show.', isRequired: true },
    template: { value: 'NAME', description: `Platform of the issuer: ${TEMPLATES.join(', ')}.`, isRequired: true },
    ...KEYS,
  },
  notes:
    'ISSUER is the exact `iss` of its tokens. Next: behalf workload-identity allow AGENT --issuer ID --subject SUB',
  run: async (call) => {
    const template = call.required('template');
    if (!TEMPLATES.includes(template)) throw usageError(`--template must be one of ${TEMPLATES.join(', ')}.`);
    const { body } = await call.api.run('createTrustedIssuer', {
      body: { issuer: call.operands[0], template, ...members(call) },
    });
    call.print.object(body, shown(body));
    warn(call, body);
    return EXIT.done;
  },
});

const update = managementCommand({
  words: ['workload-identity', 'issuers', 'update'],
  operands: ['TRUSTED_ISSUER'],
  summary: 'Change a trusted issuer. Options left out change nothing.',
  ...OPENS,
  options: { name: { value: 'NAME', description: 'Name to show.' }, ...KEYS },
  run: async (call) => {
    const changed = members(call);
    if (Object.keys(changed).length === 0) throw usageError('Nothing to change was given.');
    const { body } = await call.api.change('updateTrustedIssuer', { id: call.operands[0] ?? '' }, changed);
    call.print.object(body, shown(body));
    return EXIT.done;
  },
});

/** `--claim NAME=TEXT`: the name ends at the first `=` that no pointer holds. */
const claimRules = (call: ManagementCall): Json => {
  const rules: Record<string, object> = {};
  for (const text of call.texts('claim')) {
    const at = text.indexOf('=');
    if (at < 1) throw usageError(`--claim '${text}' is not NAME=TEXT.`);
    const value = text.slice(at + 1);
    rules[text.slice(0, at)] = value.includes('*') ? { like: value } : { equals: value };
  }
  return Object.keys(rules).length === 0 ? {} : { claims: rules };
};

const allow = managementCommand({
  words: ['workload-identity', 'allow'],
  operands: ['AGENT'],
  summary: 'Add a credential: the agent authenticates with tokens of a trusted issuer about one subject.',
  role: 'administrator',
  options: {
    issuer: { value: 'TRUSTED_ISSUER', description: 'The trusted issuer.', isRequired: true },
    subject: {
      value: 'TEXT',
      description: 'Required value of `sub`. Each * matches one part of it, or the rest of one part.',
      isRequired: true,
    },
    claim: {
      value: 'NAME=TEXT',
      description: 'Required value of another claim, by name or JSON pointer.',
      isRepeatable: true,
    },
    name: { value: 'NAME', description: 'Name to show.' },
  },
  run: async (call) => {
    const subject = call.required('subject');
    const agent = call.operands[0] ?? '';
    const { body } = await call.api.run('addCredential', {
      id: agent,
      body: {
        kind: 'federated',
        ...texts(call, { issuer: 'issuer', name: 'name' }),
        subject: subject.includes('*') ? { like: subject } : { equals: subject },
        ...claimRules(call),
      },
    });
    call.print.object(
      body,
      `${details([
        ['id', body['id']],
        ['agent', agent],
        ['subject', subject],
      ])}\nTry a token: behalf workload-identity test -\n`,
    );
    return EXIT.done;
  },
});

const LONGEST_TOKEN = 16_384;

const tokenOf = (call: ManagementCall): string => {
  const given = call.operands[0] ?? '-';
  const token = (given === '-' ? readFileSync(0, 'utf8') : given).trim();
  if (token === '' || token.length > LONGEST_TOKEN) throw usageError('This is no token.');
  return token;
};

const test = managementCommand({
  words: ['workload-identity', 'test'],
  operands: ['TOKEN'],
  summary: 'Show which agent a workload token authenticates, or which check fails. The token is not stored.',
  role: 'operator',
  options: {},
  notes: 'With - the command reads the token from standard input, where other processes of the machine cannot see it.',
  run: async (call) => {
    const { body } = await call.api.run('testWorkloadIdentity', { body: { token: tokenOf(call) } });
    const failed = body['failed'] as { readonly check: string; readonly detail: string } | undefined;
    const issuer = body['issuer'] as { readonly id: string; readonly name: string } | undefined;
    const matches = (body['matches'] ?? []) as readonly { readonly agent: string; readonly credential: string }[];
    call.print.object(
      body,
      details([
        ['result', body['good'] === true ? 'good' : 'refused'],
        ...(failed ? [['failed check', `${failed.check}: ${failed.detail}`] as const] : []),
        ['issuer', issuer ? `${issuer.id} (${issuer.name})` : 'none that is trusted'],
        ['subject', body['subject']],
        ...matches.map(({ agent, credential }) => ['agent', `${agent} by ${credential}`] as const),
        ...(body['needs_client_id'] === true ? [['note', 'several agents: send client_id'] as const] : []),
      ]),
    );
    return body['good'] === true ? EXIT.done : EXIT.failed;
  },
});

export const workloadIdentityCommands: readonly Command[] = [
  create,
  {
    ...listCommand({
      noun: 'workload-identity',
      plural: 'trusted issuers, newest first',
      operation: 'listTrustedIssuers',
      nothing:
        'No issuer is trusted. Trust one: behalf workload-identity issuers create ISSUER --name NAME --template NAME',
      columns: [
        { title: 'ID', value: ({ id }) => id },
        { title: 'STATE', value: ({ state }) => state },
        { title: 'TEMPLATE', value: ({ template }) => template },
        { title: 'ISSUER', value: ({ issuer }) => issuer },
        { title: 'NAME', value: ({ name }) => printable(String(name)) },
      ],
    }),
    words: ['workload-identity', 'issuers', 'list'],
  },
  action({
    verb: 'show',
    operation: 'getTrustedIssuer',
    summary: 'Show a trusted issuer and the result of its last key fetch.',
  }),
  update,
  action({ verb: 'disable', operation: 'disableTrustedIssuer', summary: 'Disable a trusted issuer.' }),
  action({ verb: 'enable', operation: 'enableTrustedIssuer', summary: 'Enable a trusted issuer again.', ...OPENS }),
  action({ verb: 'purge-keys', operation: 'purgeTrustedIssuerKeys', summary: 'Discard all keys fetched up to now.' }),
  allow,
  test,
];
