/** `behalf init`: an API, an agent and a person in one dialogue. A second run with the same names creates nothing twice. */
import { createHash, randomBytes } from 'node:crypto';
import { agentNamed, keyFileFor } from '../agent-names.ts';
import { type Command, EXIT, isCommandError, type Option, usageError } from '../command.ts';
import { publicKeyOf } from '../key-pair.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { apiIdentified } from '../named-objects.ts';
import { findOwner } from '../named-owners.ts';
import { choosePassword, generatePassword } from '../password.ts';
import { details, printable } from '../table.ts';
import { scopeOf } from './resource-servers.ts';

type Answers = Readonly<Record<string, string>>;
type Question = { readonly asks: string; readonly value: string; readonly usual: string };

/** By option, in the order of the dialogue. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  api: { asks: 'Address of the API (its resource indicator)', value: 'URL', usual: 'https://calendar.example.com' },
  'api-name': { asks: 'Name of the API that people see', value: 'NAME', usual: 'Calendar' },
  scopes: {
    asks: 'Its scopes, each NAME:RISK:TEXT, with a semicolon between two',
    value: 'LIST',
    usual: 'events.read:low:See events; events.edit:high:Change events',
  },
  agent: { asks: 'Name of the agent', value: 'NAME', usual: 'Planner' },
  purpose: { asks: 'Its purpose, in a sentence', value: 'TEXT', usual: 'Plans the week' },
  'redirect-uri': { asks: 'Its redirect URI', value: 'URI', usual: 'http://127.0.0.1:4000/callback' },
  person: { asks: 'Username of a person', value: 'USERNAME', usual: 'ada' },
};

const OPTIONS: Readonly<Record<string, Option>> = {
  ...Object.fromEntries(
    Object.entries(QUESTIONS).map(([name, { asks, value, usual }]) => [
      name,
      { value, description: `${asks}. Usual: ${usual}` },
    ]),
  ),
  key: {
    value: 'FILE',
    description: 'Key of a new agent as a JWK. Made if it does not exist. Default: NAME.jwk.json in this folder.',
  },
  'password-file': { value: 'FILE', description: 'File with the password of a new person. - reads standard input.' },
  yes: { description: 'Do not ask: take the usual value for each option that is left out.' },
};

type Result = {
  readonly body: Json;
  readonly isNew: boolean;
  /** What was made beside the object: a key file, a password. */
  readonly more?: Json;
};

const init = managementCommand({
  words: ['init'],
  operands: [],
  summary: 'Create an API, an agent and a person in one dialogue.',
  role: 'administrator',
  options: OPTIONS,
  notes:
    'Objects of the given names that exist are used as they are. After a failure, run the command again with the same values. ' +
    'A new person gets a password that you type, or one that is printed once.',
  run: async (call) => {
    const answers = await answersOf(call);
    const scopes = (answers['scopes'] ?? '').split(';').map((text) => scopeOf(text.trim()));
    const api = await apiOf(call, answers, scopes);
    const agent = await agentOf(call, answers);
    const person = await personOf(call, answers);
    const request = requestOf(call, answers, agent, api);
    call.print.object(
      {
        resource_server: api.body,
        agent: { ...agent.body, ...agent.more },
        account: { ...person.body, ...person.more },
        ...request,
      },
      nextSteps(call, { api, agent, person, url: request.authorization_url }),
    );
    return EXIT.done;
  },
});

/** Throws a usage error before anything is created, if a value is missing. */
const answersOf = async (call: ManagementCall): Promise<Answers> => {
  const answers: Record<string, string> = {};
  for (const [name, { asks, value, usual }] of Object.entries(QUESTIONS)) {
    const given = call.text(name);
    if (given !== undefined) answers[name] = given;
    else if (call.isSet('yes')) answers[name] = usual;
    else if (call.terminal.ask) answers[name] = (await call.terminal.ask(`${asks} [${usual}]: `)).trim() || usual;
    else throw usageError(`--${name} ${value} is missing.`, 'Give it, or take the usual values with --yes.');
  }
  return answers;
};

const apiOf = async (call: ManagementCall, answers: Answers, scopes: readonly object[]): Promise<Result> => {
  const identifier = answers['api'] ?? '';
  const found = await apiIdentified(call.api, identifier);
  if (found) return { body: found, isNew: false };
  const { body } = await call.api.run('createResourceServer', {
    body: { identifier, name: answers['api-name'], scopes },
  });
  return { body, isNew: true };
};

const agentOf = async (call: ManagementCall, answers: Answers): Promise<Result> => {
  const name = answers['agent'] ?? '';
  const found = await agentNamed(call.api, name);
  if (found) return { body: found, isNew: false };
  const owner = await findOwner(call.api, undefined);
  const file = call.text('key') ?? keyFileFor(name, false);
  const { jwk } = await publicKeyOf(file);
  const { body } = await call.api.run('createAgent', {
    body: {
      name,
      owner,
      purpose: answers['purpose'],
      environment: 'development',
      redirect_uris: [answers['redirect-uri']],
      jwks: { keys: [jwk] },
    },
  });
  return { body, isNew: true, more: { key_file: file } };
};

const personOf = async (call: ManagementCall, answers: Answers): Promise<Result> => {
  const username = answers['person'] ?? '';
  const found = await accountNamed(call, username);
  if (found) return { body: found, isNew: false };
  const file = call.text('password-file');
  const { password, isGenerated } =
    call.isSet('yes') && file === undefined
      ? { password: generatePassword(), isGenerated: true }
      : await choosePassword(call.terminal, file, `Password for ${printable(username)}`);
  const { body } = await call.api.run('createAccount', { body: { username, name: username, password } });
  return { body, isNew: true, ...(isGenerated ? { more: { password } } : {}) };
};

const accountNamed = async (call: ManagementCall, name: string): Promise<Json | undefined> => {
  try {
    const { body } = await call.api.run('findOwner', { query: { name, kind: 'account' } });
    return (await call.api.run('getAccount', { id: String(body['id']) })).body;
  } catch (error) {
    if (isCommandError(error) && error.status === 404) return undefined;
    throw error;
  }
};

/** The authorization request of the agent, with PKCE (RFC 7636), for the API and all its scopes. */
const requestOf = (call: ManagementCall, answers: Answers, agent: Result, api: Result) => {
  const verifier = randomBytes(32).toString('base64url');
  const scopes = Array.isArray(api.body['scopes']) ? (api.body['scopes'] as readonly Json[]) : [];
  const [registered] = Array.isArray(agent.body['redirect_uris']) ? agent.body['redirect_uris'] : [];
  const url = new URL(`${call.api.issuer}/auth`);
  url.search = String(
    new URLSearchParams({
      client_id: String(agent.body['id']),
      response_type: 'code',
      redirect_uri: String(registered ?? answers['redirect-uri']),
      scope: ['openid', ...scopes.map(({ name }) => String(name))].join(' '),
      resource: String(api.body['identifier']),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }),
  );
  return { authorization_url: url.href, code_verifier: verifier };
};

const nextSteps = (
  call: ManagementCall,
  { api, agent, person, url }: { api: Result; agent: Result; person: Result; url: string },
): string => {
  const username = printable(String(person.body['username']));
  const newText = ({ isNew, more }: Result): string => {
    const { key_file: file, password } = more ?? {};
    if (!isNew) return 'exists already';
    if (file !== undefined) return `new; its key is in ${String(file)}, keep it private`;
    return password === undefined ? 'new' : `new; password ${String(password)} (shown once)`;
  };
  const line = (result: Result, name: unknown): string =>
    `${String(name)}  ${String(result.body['id'])}  ${newText(result)}`;
  return [
    details([
      ['API', line(api, api.body['identifier'])],
      ['agent', line(agent, agent.body['name'])],
      ['person', line(person, person.body['username'])],
    ]),
    `Next: open this address, sign in as ${username}, and decide what the agent may do.`,
    '',
    `  ${url}`,
    '',
    'The browser is then sent to the agent. If the agent does not run, ignore the error of the browser.',
    `Then: behalf delegations list, and ${printable(call.api.issuer)}/account as ${username}.`,
    '',
  ].join('\n');
};

export const initCommands: readonly Command[] = [init];
