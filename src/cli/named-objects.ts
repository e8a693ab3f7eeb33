/**
 * Names in place of ids. An operand or option whose value is one of these kinds takes an id, or a name that one object alone
 * has. Every command over the management API resolves them before it runs.
 */
import { type IdPrefix, prefixOfId } from '../domain/ports/identifiers.ts';
import { type Call, type Command, CommandError, isCommandError } from './command.ts';
import type { Json, ManagementClient } from './management-client.ts';
import { findAccount, findOwner } from './named-owners.ts';
import type { ListOperation } from './operations.ts';
import { printable } from './table.ts';

type Kind = {
  readonly operation: ListOperation;
  readonly singular: string;
  readonly plural: string;
  readonly prefix: IdPrefix;
  /** Members of which each is a name. */
  readonly members: readonly string[];
  /** Whether the list has a search by words. */
  readonly isSearched: boolean;
  /** The noun whose `list` shows them. */
  readonly noun: string;
};

const KINDS = {
  AGENT: {
    ...{ operation: 'listAgents', singular: 'agent', plural: 'agents', noun: 'agents' },
    ...{ prefix: 'agt', members: ['name'], isSearched: true },
  },
  CLIENT: {
    ...{ operation: 'listClients', singular: 'client', plural: 'clients', noun: 'clients' },
    ...{ prefix: 'app', members: ['name'], isSearched: true },
  },
  API: {
    ...{ operation: 'listResourceServers', singular: 'API', plural: 'APIs', noun: 'resource-servers' },
    ...{ prefix: 'rs', members: ['name', 'identifier'], isSearched: false },
  },
  BLUEPRINT: {
    ...{ operation: 'listBlueprints', singular: 'blueprint', plural: 'blueprints', noun: 'blueprints' },
    ...{ prefix: 'bpt', members: ['name'], isSearched: false },
  },
  BUDGET: {
    ...{ operation: 'listBudgets', singular: 'budget', plural: 'budgets', noun: 'budgets' },
    ...{ prefix: 'bud', members: ['name'], isSearched: false },
  },
  GROUP: {
    ...{ operation: 'listGroups', singular: 'group', plural: 'groups', noun: 'groups' },
    ...{ prefix: 'grp', members: ['name'], isSearched: true },
  },
  WEBHOOK: {
    ...{ operation: 'listWebhooks', singular: 'endpoint', plural: 'endpoints', noun: 'webhooks' },
    ...{ prefix: 'whk', members: ['name', 'url'], isSearched: false },
  },
  PEER: {
    ...{ operation: 'listPeers', singular: 'peer', plural: 'peers', noun: 'peers' },
    ...{ prefix: 'per', members: ['name', 'issuer'], isSearched: false },
  },
  UPSTREAM: {
    ...{ operation: 'listUpstreams', singular: 'upstream', plural: 'upstreams', noun: 'upstreams' },
    ...{ prefix: 'upi', members: ['name', 'issuer'], isSearched: false },
  },
  DIRECTORY: {
    ...{ operation: 'listDirectories', singular: 'directory', plural: 'directories', noun: 'directories' },
    ...{ prefix: 'dir', members: ['name'], isSearched: false },
  },
  AUDIT_SINK: {
    ...{ operation: 'listAuditSinks', singular: 'sink', plural: 'sinks', noun: 'audit-sinks' },
    ...{ prefix: 'snk', members: ['name'], isSearched: false },
  },
  REVIEW: {
    ...{ operation: 'listReviews', singular: 'review', plural: 'reviews', noun: 'reviews' },
    ...{ prefix: 'rvw', members: ['name'], isSearched: false },
  },
  RESPONSE_RULE: {
    ...{ operation: 'listResponseRules', singular: 'response rule', plural: 'response rules' },
    ...{ noun: 'response-rules', prefix: 'rrl', members: ['name'], isSearched: false },
  },
  SUCCESSOR_RULE: {
    ...{ operation: 'listSuccessorRules', singular: 'successor rule', plural: 'successor rules' },
    ...{ noun: 'successor-rules', prefix: 'suc', members: ['applies_to'], isSearched: false },
  },
  TARGET: {
    ...{ operation: 'listProvisioningTargets', singular: 'target', plural: 'targets', noun: 'provisioning-targets' },
    ...{ prefix: 'ptg', members: ['name'], isSearched: false },
  },
  RECEIVER: {
    ...{ operation: 'listSignalReceivers', singular: 'receiver', plural: 'receivers', noun: 'signal-receivers' },
    ...{ prefix: 'rcv', members: ['name'], isSearched: false },
  },
  TRANSMITTER: {
    ...{ operation: 'listTrustedTransmitters', singular: 'trusted transmitter', plural: 'trusted transmitters' },
    ...{ noun: 'trusted-transmitters', prefix: 'trm', members: ['name', 'issuer'], isSearched: false },
  },
  TRUSTED_ISSUER: {
    ...{ operation: 'listTrustedIssuers', singular: 'trusted issuer', plural: 'trusted issuers' },
    ...{ noun: 'workload-identity issuers', prefix: 'tis', members: ['name', 'issuer'], isSearched: false },
  },
} as const satisfies Record<string, Kind>;

const isKind = (value: string): value is keyof typeof KINDS => Object.hasOwn(KINDS, value);

type Parties = {
  readonly kinds: readonly ('AGENT' | 'CLIENT' | 'GROUP' | 'DIRECTORY')[];
  /** An account by its username; `owner`: or a group by its name. */
  readonly owner?: 'account' | 'owner';
  /** For messages. */
  readonly are: string;
};

/** Values of options that name an object of one of several kinds. */
const PARTIES = {
  PARTY: { kinds: ['AGENT', 'CLIENT'], owner: 'account', are: 'account, agent or client' },
  CALLER: { kinds: ['CLIENT'], owner: 'account', are: 'account or client' },
  SUBJECT: { kinds: ['AGENT'], owner: 'account', are: 'account or agent' },
  AGENTS: { kinds: ['AGENT'], owner: 'owner', are: 'agent, account or group' },
  OBJECT: { kinds: ['AGENT', 'CLIENT'], owner: 'owner', are: 'agent, client, account or group' },
  POPULATION: { kinds: ['GROUP', 'DIRECTORY'], are: 'group or directory' },
} as const satisfies Record<string, Parties>;

const isParty = (value: string): value is keyof typeof PARTIES => Object.hasOwn(PARTIES, value);

/** An id of any kind, the URL that is one, `*` for all, or `-` for none. */
const isNoName = (given: string): boolean => /^https:\/\/|^[*-]$/.test(given) || prefixOfId(given) !== undefined;

/** The operand of commands about one object of a noun: `AGENT` for agents, `ID` where there are no names. */
export const operandOf = (noun: string): string =>
  Object.entries(KINDS).find(([, kind]) => kind.noun === noun)?.[0] ?? 'ID';

/**
 * The operands and options of a call, with ids in place of names. Options whose value is `ACCOUNT` take a username, those of
 * `OWNER` that or a group, those of PARTIES a name of several kinds. Throws CommandError for a name that no object has, or
 * several have.
 */
export const withIds = async (
  api: ManagementClient,
  command: Pick<Command, 'operands' | 'options'>,
  call: Call,
): Promise<Pick<Call, 'operands' | 'text' | 'texts' | 'required'>> => {
  // One after the other: a command may name many.
  const operands: string[] = [];
  for (const [index, given] of call.operands.entries()) {
    const kind = operandAt(command.operands, index);
    operands.push(isKind(kind) ? await idOf(api, kind, given) : given);
  }
  const ids = new Map<string, readonly string[]>();
  for (const [name, { value = '' }] of Object.entries(command.options)) {
    if (isParty(value)) ids.set(name, await Promise.all(call.texts(name).map((one) => partyOf(api, value, one))));
    else if (value === 'OWNER') ids.set(name, await Promise.all(call.texts(name).map((one) => findOwner(api, one))));
    else if (value === 'ACCOUNT')
      ids.set(name, await Promise.all(call.texts(name).map((one) => findAccount(api, one))));
    else if (isKind(value)) {
      const named = (one: string) => (one === '-' ? one : idOf(api, value, one));
      ids.set(name, await Promise.all(call.texts(name).map(named)));
    }
  }
  const texts = (name: string): readonly string[] => ids.get(name) ?? call.texts(name);
  const text = (name: string): string | undefined => texts(name).at(-1);
  return { operands, texts, text, required: (name) => text(name) ?? '' };
};

/** The operand of the command to which the one at this place belongs: the last one takes the rest if it ends in `...`. */
const operandAt = (operands: readonly string[], index: number): string =>
  (operands[index] ?? operands.at(-1) ?? '').replace(/\.\.\.$/, '');

/** The words of a search have at most this many characters. */
const LONGEST_SEARCH = 200;
const MOST_LOOKED_AT = 10_000;

/** All objects of the kind that have the name, without regard to case and spacing, newest first. */
export const objectsNamed = async (
  api: ManagementClient,
  name: keyof typeof KINDS,
  given: string,
): Promise<readonly Json[]> => {
  const { operation, members, isSearched }: Kind = KINDS[name];
  // A name without letters and digits has no words to search by.
  const query =
    isSearched && /[\p{L}\p{N}]/u.test(given) ? { search: [...given].slice(0, LONGEST_SEARCH).join('') } : {};
  const found: Json[] = [];
  for await (const item of api.items(operation, { query }, MOST_LOOKED_AT)) {
    if (members.some((member) => plain(item[member]) === plain(given))) found.push(item);
  }
  return found;
};

/** The API with this resource indicator, compared exactly (RFC 8707 §2). */
export const apiIdentified = async (
  api: Pick<ManagementClient, 'run'>,
  identifier: string,
): Promise<Json | undefined> => {
  const { body } = await api.run('listResourceServers', { query: { identifier } });
  return ((body['items'] ?? []) as readonly Json[])[0];
};

/** The id of the one object of the kind with this id or name. Throws CommandError. */
export const idOf = async (api: ManagementClient, name: keyof typeof KINDS, given: string): Promise<string> => {
  const kind: Kind = KINDS[name];
  // The id of a client can be the URL of its metadata document.
  if (prefixOfId(given) === kind.prefix || (kind.noun === 'clients' && given.startsWith('https://'))) return given;
  const found = await objectsNamed(api, name, given);
  const current = found.filter(isCurrent);
  const [one, ...others] = current.length > 0 ? current : found;
  if (!one) {
    throw new CommandError(`There is no ${kind.singular} with the id or name ${printable(given)}.`, {
      hint: `See \`behalf ${kind.noun} list\`.`,
    });
  }
  if (others.length > 0) {
    const ids = [one, ...others].map(({ id }) => printable(String(id))).join(', ');
    throw new CommandError(`Several ${kind.plural} have the name ${printable(given)}: ${ids}.`, {
      hint: 'Give the id.',
    });
  }
  return String(one['id']);
};

/** The id of the one object of these kinds with this name. An object whose life is over has no name any more. */
const partyOf = async (api: ManagementClient, value: keyof typeof PARTIES, given: string): Promise<string> => {
  if (isNoName(given)) return given;
  const { kinds, owner, are }: Parties = PARTIES[value];
  const [account, ...named] = await Promise.all([
    owner === undefined
      ? undefined
      : unlessUnknown(owner === 'account' ? findAccount(api, given) : findOwner(api, given)),
    ...kinds.map((kind) => objectsNamed(api, kind, given)),
  ]);
  const found = named.flat();
  const current = found.filter(isCurrent);
  const parties = current.length > 0 || account !== undefined ? current : found;
  const ids = [...parties.map(({ id }) => String(id)), ...(account === undefined ? [] : [account])];
  const [one, ...others] = ids;
  if (one === undefined) {
    const nouns = [...(owner === undefined ? [] : ['accounts']), ...kinds.map((kind) => KINDS[kind].noun)];
    throw new CommandError(`There is no ${are} with the id or name ${printable(given)}.`, {
      hint: `See ${nouns.map((noun) => `\`behalf ${noun} list\``).join(', ')}.`,
    });
  }
  if (others.length === 0) return one;
  throw new CommandError(`Several have the name ${printable(given)}: ${ids.map(printable).join(', ')}.`, {
    hint: 'Give the id.',
  });
};

const unlessUnknown = (finding: Promise<string>): Promise<string | undefined> =>
  finding.catch((error: unknown) => {
    if (isCommandError(error) && error.status === 404) return undefined;
    throw error;
  });

/** States in which an object is over, and its name free for another one. */
const OVER: readonly unknown[] = ['retired', 'completed', 'cancelled'];
const isCurrent = ({ state }: Json): boolean => !OVER.includes(state);

const plain = (name: unknown): string => String(name).normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();
