/** `behalf login`, `behalf logout` and `behalf context …`: the servers at which this user has signed in. */
import { API_SCOPES } from '../api-operations.ts';
import { type Call, type Command, CommandError, EXIT, isCommandError, type Option, usageError } from '../command.ts';
import { lookOn } from '../look.ts';
import { managementClientOf } from '../management-client.ts';
import { contextAccess } from '../sign-in/context-access.ts';
import { type Context, type Contexts, checkContextName, contextNameOf, contextsIn } from '../sign-in/contexts.ts';
import { openBrowser } from '../sign-in/open-browser.ts';
import { jsonText, printable, table } from '../table.ts';

const CONTEXT: Option = { value: 'NAME', description: 'Name of the context. Default: the host of the server.' };
const JSON_OUTPUT = { json: { description: 'Print JSON instead of text.' } } as const satisfies Record<string, Option>;

const login: Command = {
  words: ['login'],
  operands: ['[URL]'],
  summary: 'Sign in at a server with the browser. Commands then act as your account.',
  options: {
    context: CONTEXT,
    write: { description: 'Ask for all scopes of the management API. Default: those that read.' },
    scope: { value: 'SCOPE', description: 'Ask for this scope, such as agents:write.', isRepeatable: true },
    'step-up': { description: 'Sign in anew with a second factor, which some changes need. It lasts 5 minutes.' },
    device: { description: 'Use a browser on another device. Only for accounts without a role.' },
    'no-browser': { description: 'Print the address and open no browser.' },
  },
  notes:
    'URL is the issuer of the server. Without it, the command signs in again for the context of --context, or the one in use. You allow each scope in the browser. Your roles decide what the commands may do. Tokens are bound to a key of this context, in a file that only you can read.',
  run: async (call) => {
    if (call.isSet('device') && call.isSet('step-up')) throw usageError('--step-up does not go with --device.');
    const contexts = contextsIn(call.env);
    const { issuer, name } = placeOf(call, contexts);
    const before = contexts.has(name) ? contexts.get(name) : undefined;
    if (before && before.issuer !== issuer) {
      throw usageError(`The context ${name} is for ${before.issuer}.`, 'Give this one another name: --context NAME.');
    }
    const tokens = await tokensFor(call, issuer);
    const context = { ...tokens, account: '' };
    const access = contextAccess({ save: () => undefined }, { ...context, name });
    const { body } = await managementClientOf(access).run('getMe');
    const account = String(body['name']);
    contexts.save(name, { ...context, account });
    contexts.use(name);
    if (before) await endQuietly(before);
    const roles = (body['roles'] ?? []) as readonly string[];
    const held = roles.length === 0 ? 'no role' : roles.join(', ');
    call.terminal.out(`You are signed in at ${printable(issuer)} as ${printable(account)} (${printable(held)}).\n`);
    return EXIT.done;
  },
};

/** The server to sign in at, and the name of the context. */
const placeOf = (call: Call, contexts: Contexts): { readonly issuer: string; readonly name: string } => {
  const [given] = call.operands;
  const named = call.text('context');
  if (given !== undefined) {
    const issuer = issuerOf(given);
    return { issuer, name: checkContextName(named ?? contextNameOf(issuer)) };
  }
  const name = named ?? inUse(call, contexts);
  if (name === undefined) throw usageError('Name the server: behalf login https://id.example.com');
  return { issuer: contexts.get(name).issuer, name };
};

/** BEHALF_CONTEXT goes first, as for commands over the management API. */
const inUse = ({ env }: Call, contexts: Contexts): string | undefined => env['BEHALF_CONTEXT'] ?? contexts.current();

const issuerOf = (given: string): string => {
  const url = URL.parse(given.includes('://') ? given : `https://${given}`);
  if (
    !url ||
    !['https:', 'http:'].includes(url.protocol) ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  ) {
    throw usageError(`${given} is no address of a server.`, 'Example: behalf login https://id.example.com');
  }
  return url.href.replace(/\/$/, '');
};

const tokensFor = async (call: Call, issuer: string): Promise<Omit<Context, 'account'>> => {
  // Loaded on demand: no other command needs the library of the protocol.
  const { signInByBrowser, signInByDevice } = await import('../sign-in/sign-in.ts');
  const request = { issuer, scope: scopeOf(call), isStepUp: call.isSet('step-up') };
  if (call.isSet('device')) {
    const show = (where: string): void =>
      call.terminal.err(`Open this address on the other device and type the code:\n  ${printable(where)}\n`);
    return signInByDevice({ ...request, show });
  }
  const show = (url: string): void => {
    call.terminal.err(`Sign in with the browser of this machine:\n  ${printable(url)}\n`);
    if (!call.isSet('no-browser') && call.terminal.isErrLive) openBrowser(url);
  };
  return signInByBrowser({ ...request, show });
};

const scopeOf = (call: Call): string => {
  const given = call.texts('scope').flatMap((text) => text.split(/[\s,]+/));
  const unknown = given.find((scope) => !API_SCOPES.some((known) => known === scope));
  if (unknown !== undefined) {
    throw usageError(`--scope ${unknown} is no scope of the management API.`, `There are: ${API_SCOPES.join(', ')}.`);
  }
  const asked = call.isSet('write') ? API_SCOPES : API_SCOPES.filter((scope) => scope.endsWith(':read'));
  return [...new Set(given.length > 0 && !call.isSet('write') ? given : [...asked, ...given])].join(' ');
};

/** The tokens of an earlier sign-in at the same server. A failure leaves them to their end. */
const endQuietly = async (context: Context): Promise<boolean> => {
  const { revoked } = await import('../sign-in/sign-in.ts');
  try {
    await revoked(context);
    return true;
  } catch (error) {
    if (!isCommandError(error)) throw error;
    return false;
  }
};

const chosen = (call: Call, contexts: Contexts): string => {
  const name = call.operands[0] ?? inUse(call, contexts);
  if (name !== undefined) return name;
  throw new CommandError('No context is in use.', { hint: 'See `behalf context list`.' });
};

const logout: Command = {
  words: ['logout'],
  operands: ['[CONTEXT]'],
  summary: 'Sign out: end the tokens of a context at its server, and remove the context.',
  options: {},
  notes: 'Without CONTEXT: the context in use.',
  run: async (call) => {
    const contexts = contextsIn(call.env);
    const context = contexts.get(chosen(call, contexts));
    const isEnded = await endQuietly(context);
    contexts.remove(context.name);
    if (isEnded) {
      call.terminal.out(`You are signed out of ${printable(context.issuer)}.\n`);
      return EXIT.done;
    }
    throw new CommandError(`The context is removed, but ${context.issuer} did not end its tokens.`, {
      hint: `End them at ${context.issuer}/account.`,
    });
  },
};

const list: Command = {
  words: ['context', 'list'],
  operands: [],
  summary: 'List the contexts. An asterisk marks the one in use.',
  options: JSON_OUTPUT,
  run: async ({ terminal, env, isSet }) => {
    const rows = contextsIn(env)
      .list()
      .map(({ name, issuer, account, isCurrent }) => ({ name, issuer, account, current: isCurrent }));
    if (isSet('json')) terminal.out(jsonText(rows));
    else if (rows.length === 0) terminal.err('There are no contexts. Sign in: behalf login URL\n');
    else {
      const columns = [
        { title: 'USED', value: ({ current }: (typeof rows)[number]) => (current ? '*' : '') },
        { title: 'NAME', value: ({ name }: (typeof rows)[number]) => name },
        { title: 'ACCOUNT', value: ({ account }: (typeof rows)[number]) => account },
        { title: 'SERVER', value: ({ issuer }: (typeof rows)[number]) => issuer },
      ];
      terminal.out(table(columns, rows, lookOn(terminal, { now: 0, isExact: true })));
    }
    return EXIT.done;
  },
};

const use: Command = {
  words: ['context', 'use'],
  operands: ['CONTEXT'],
  summary: 'Use a context from now on.',
  options: {},
  run: async ({ terminal, env, operands: [name = ''] }) => {
    contextsIn(env).use(name);
    terminal.out(`Commands use ${printable(name)} now.\n`);
    return EXIT.done;
  },
};

const remove: Command = {
  words: ['context', 'remove'],
  operands: ['CONTEXT'],
  summary: 'Remove a context from this machine only. `behalf logout` also ends its tokens.',
  options: {},
  run: async ({ terminal, env, operands: [name = ''] }) => {
    const contexts = contextsIn(env);
    contexts.get(name);
    contexts.remove(name);
    terminal.out(`${printable(name)} is removed.\n`);
    return EXIT.done;
  },
};

export const signInCommands: readonly Command[] = [login, logout];
export const contextCommands: readonly Command[] = [list, use, remove];
