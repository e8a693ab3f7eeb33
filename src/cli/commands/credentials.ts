/**
 * `behalf agents credentials …`: credentials of an agent, the certificates that identify it, and the attesters of its
 * instances' keys.
 */
import { readFileSync } from 'node:fs';
import { CERTIFICATE, neededRule } from '../certificates.ts';
import { type Command, EXIT, usageError } from '../command.ts';
import { publicKeyOf } from '../key-pair.ts';
import { type KeyRole, type ManagementCall, managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import type { OperationsWith } from '../operations.ts';
import { type Column, details, printable } from '../table.ts';

type Row = Readonly<Record<string, unknown>>;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'KIND', value: ({ kind }) => kind },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'LAST USE', value: ({ last_used_at }) => last_used_at, as: 'time' },
  { title: 'ENDS', value: ({ expires_at }) => expires_at, as: 'time' },
  { title: 'NAME', value: ({ name, attester }) => name ?? attester },
];

/** For a rotation without an overlap. */
const OLD_KEYS_END = 'The old keys stop working at once.';

/** A command for one action on credentials of an agent. */
const action = (
  verb: string,
  operation: OperationsWith<'POST', 'id' | 'credential'>,
  summary: string,
  done: string,
  { role = 'operator', warning }: { readonly role?: KeyRole; readonly warning?: string } = {},
): Command =>
  managementCommand({
    words: ['agents', 'credentials', verb],
    operands: ['AGENT', 'CREDENTIAL...'],
    summary,
    role,
    ...(warning === undefined ? {} : { warning }),
    options: {},
    run: async (call) => {
      const [id = '', ...ids] = call.operands;
      if (ids.length === 0) throw usageError('Name a credential, as `behalf agents credentials list` shows them.');
      for (const credential of ids) await call.api.run(operation, { id, credential });
      call.print.object({ [done]: ids }, ids.map((id) => `${printable(id)} is ${done}.\n`).join(''));
      return EXIT.done;
    },
  });

/** The public keys of an attester: in a file, or where they are served. */
const keysOf = (call: ManagementCall): Row => {
  const [file, url] = [call.text('jwks-file'), call.text('jwks-uri')];
  if ((file === undefined) === (url === undefined)) {
    throw usageError('Give either --jwks-file or --jwks-uri: the public keys of the attester.');
  }
  if (file === undefined) return { jwks_uri: url };
  try {
    return { jwks: JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    throw usageError(`${file} cannot be read as JSON.`);
  }
};

export const credentialCommands: readonly Command[] = [
  managementCommand({
    words: ['agents', 'credentials', 'list'],
    operands: ['AGENT'],
    summary: 'List the credentials of an agent.',
    role: 'operator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.run('listCredentials', { id: call.operands[0] ?? '' });
      await call.print.list((body['items'] ?? []) as readonly Row[], COLUMNS, 'This agent has no credential.');
      return EXIT.done;
    },
  }),
  managementCommand({
    words: ['agents', 'allow-attester'],
    operands: ['AGENT'],
    summary: 'Add a credential: an attester attests the keys of the agent’s instances.',
    role: 'administrator',
    options: {
      attester: {
        value: 'NAME',
        description: 'Name of the attester; `iss` of its attestations, if they have one.',
        isRequired: true,
      },
      'jwks-file': {
        value: 'FILE',
        description: 'Public keys of the attester as a JWK Set. The server fetches nothing.',
      },
      'jwks-uri': { value: 'URL', description: 'https URL that serves the attester’s public keys.' },
      name: { value: 'NAME', description: 'Name to show.' },
    },
    notes: 'Each attested key is an instance of the agent: behalf agents instances list AGENT',
    run: async (call) => {
      const { body } = await call.api.run('addCredential', {
        id: call.operands[0] ?? '',
        body: { kind: 'attested', ...texts(call, { attester: 'attester', name: 'name' }), ...keysOf(call) },
      });
      call.print.object(
        body,
        details([
          ['id', body['id']],
          ['agent', call.operands[0]],
          ['attester', body['attester']],
        ]),
      );
      return EXIT.done;
    },
  }),
  managementCommand({
    words: ['agents', 'allow-certificate'],
    operands: ['AGENT'],
    summary: 'Add a credential: the agent authenticates with the certificate of its TLS connection (RFC 8705).',
    role: 'administrator',
    options: { ...CERTIFICATE, name: { value: 'NAME', description: 'Name to show.' } },
    notes: 'The agent sends its requests over TLS with that certificate. It sends only its client_id in them.',
    run: async (call) => {
      const rule = neededRule(call);
      const { body } = await call.api.run('addCredential', {
        id: call.operands[0] ?? '',
        body: { kind: 'mtls', ...rule, ...texts(call, { name: 'name' }) },
      });
      call.print.object(
        body,
        details([
          ['id', body['id']],
          ['agent', call.operands[0]],
          ['known by', Object.keys(rule)],
        ]),
      );
      return EXIT.done;
    },
  }),
  managementCommand({
    words: ['agents', 'credentials', 'rotate'],
    operands: ['AGENT', 'CREDENTIAL'],
    summary: 'Replace the keys of a credential by hand. An agent can do this itself, with its old key.',
    role: 'administrator',
    warning: OLD_KEYS_END,
    endsNothing: (call) => (call.integer('overlap', 0, 86_400) ?? 0) > 0,
    options: {
      key: {
        value: 'FILE',
        description: 'New key as a JWK, none of the old ones. The command creates the file if it does not exist.',
        isRequired: true,
      },
      overlap: {
        value: 'SECONDS',
        description: 'How long the old keys stay valid beside the new ones, at most a day. Default: 0.',
      },
    },
    notes: 'To end the old keys early: behalf agents credentials remove AGENT CREDENTIAL',
    run: async (call) => {
      const [id = '', credential = ''] = call.operands;
      const { jwk } = await publicKeyOf(call.required('key'));
      const { body } = await call.api.run('replaceCredentialKeys', {
        id,
        credential,
        body: { jwks: { keys: [jwk] }, overlap_seconds: call.integer('overlap', 0, 86_400) ?? 0 },
      });
      call.print.object(
        body,
        details([
          ['id', body['id']],
          ['agent', id],
          ['replaces', credential],
        ]),
      );
      return EXIT.done;
    },
  }),
  action('suspend', 'suspendCredential', 'Suspend credentials of an agent until they are resumed.', 'suspended'),
  action('resume', 'resumeCredential', 'Resume suspended credentials of an agent.', 'active', {
    role: 'administrator',
  }),
  action('remove', 'removeCredential', 'Delete credentials of an agent permanently.', 'removed', {
    warning: 'The agent can no longer authenticate with them. To stop them for a while: agents credentials suspend.',
  }),
];
