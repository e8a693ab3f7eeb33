/** Reads a list of agents to register: one JSON object a line, or CSV. Says of each line what is wrong with it. */
import type { Html, Phrase } from '../../../views/html.ts';
import { agentsImportWords as words } from '../../../views/words/console-agents-import.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import { foldedName } from '../../domain/identity/accounts/username.ts';
import { csvRows } from '../../domain/vocabulary/csv-rows.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { strictJson } from '../../domain/vocabulary/strict-json.ts';
import type { JsonObject } from '../management/json-body.ts';
import { managementRefusal } from '../management/management-refusals.ts';
import { NEW_AGENT } from '../management/resources/agents/schemas.ts';
import { bodyCheck } from '../management/validation.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import { keysOf, ownerCalled } from './agent-form.ts';
import type { ConsoleDeps } from './console-deps.ts';
import { consoleRefusal } from './console-refusals.ts';

/** Most agents of one list. The command line and the API take more. */
export const MOST_AGENTS = 1000;

/** A line of the list. `errors` is empty for one that can be registered. */
export type ListedAgent = {
  readonly line: number;
  /** In the spelling of the API. */
  readonly body: JsonObject;
  /** As the list names it; empty: the caller. */
  readonly owner: string;
  readonly errors: readonly {
    readonly member?: string;
    /** What the list has there, if that is a short text. */
    readonly given?: string;
    readonly text: Phrase | Html;
    /** The same in English, without markup. */
    readonly english: string;
  }[];
};

type Read = { readonly line: number; readonly body: JsonObject } | { readonly line: number; readonly error: unknown };

/** How a cell of each column is read. */
const COLUMNS = {
  name: (text: string): unknown => text,
  purpose: (text: string): unknown => text,
  environment: (text: string): unknown => text,
  owner: (text: string): unknown => text,
  blueprint: (text: string): unknown => text,
  uses: (text: string): unknown => listIn(text, /;/),
  jwks: (text: string): unknown => keysOf(text),
  jwks_uri: (text: string): unknown => text,
  redirect_uris: (text: string): unknown => listIn(text, /\s/),
  grant_types: (text: string): unknown => listIn(text, /\s/),
  provider: (text: string): unknown => text,
  provider_version: (text: string): unknown => text,
  contact: (text: string): unknown => text,
} as const;

const REQUIRED_COLUMNS: readonly string[] = ['name', 'purpose', 'environment'];

const listIn = (text: string, separator: RegExp): readonly string[] =>
  text
    .split(separator)
    .map((one) => one.trim())
    .filter((one) => one !== '');

const isColumn = (name: string): name is keyof typeof COLUMNS => Object.hasOwn(COLUMNS, name);

/** Reads each line by itself: one that cannot be read stops no other. */
const reading = (line: number, read: () => JsonObject): Read => {
  try {
    return { line, body: read() };
  } catch (error) {
    return { line, error };
  }
};

const ofJson = (text: string): JsonObject => {
  let value: unknown;
  try {
    value = strictJson(Buffer.from(text));
  } catch (cause) {
    throw consoleRefusal('agents_line_malformed', { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw consoleRefusal('agents_line_malformed');
  return Object.fromEntries(Object.entries(value));
};

const ofCsv = (text: string): readonly Read[] => {
  const { rows, openQuote } = csvRows(text);
  if (openQuote !== undefined) {
    throw consoleRefusal('agents_quote_open', { field: '/list', params: { line: openQuote } });
  }
  const [head, ...lines] = rows;
  const names = (head?.cells ?? []).map((name) => name.trim());
  const unknown = names.find((name) => !isColumn(name));
  if (unknown !== undefined) {
    const missing = REQUIRED_COLUMNS.filter((name) => !names.includes(name)).join(', ');
    const params = { column: unknown.slice(0, 60) || '–' };
    throw missing === ''
      ? consoleRefusal('agents_column_unknown', { field: '/list', params })
      : consoleRefusal('agents_columns_wrong', { field: '/list', params: { ...params, missing } });
  }
  return lines.map(({ number, cells }) =>
    reading(number, () =>
      Object.fromEntries(
        cells.flatMap((cell, index): [string, unknown][] => {
          const [name = '', given] = [names[index], cell.trim()];
          if (given === '') return [];
          if (!isColumn(name)) throw consoleRefusal('agents_cell_unnamed');
          return [[name, COLUMNS[name](given)]];
        }),
      ),
    ),
  );
};

/** Whether a list is JSON objects: its first sign is `{`. Else it is CSV. */
const isNdjson = (text: string): boolean => /^\uFEFF?\s*\{/.test(text);

const checkAgent = bodyCheck(NEW_AGENT);

/** The names and ids by which a list names an account without a role, and its groups, as owner. Folded. */
const ownNamesOf = async (deps: ConsoleDeps, { id, username }: Account): Promise<ReadonlySet<string>> => {
  const groups = await deps.groups.ofAccount(id);
  return new Set([id, username, ...groups.flatMap((group) => [group.id, group.name])].map(foldedName));
};

/**
 * The agents of a list: NDJSON where its first sign is `{`, else CSV. Takes names of owners. For `own`, an account without a
 * role, each other owner is an error of its line, and the name is not looked up: the page does not say who exists. Throws
 * 'invalid_field' at `/list` for a list that cannot be read at all, or that is too long.
 */
export const readAgents = async (deps: ConsoleDeps, text: string, own?: Account): Promise<readonly ListedAgent[]> => {
  const plain = text.replace(/^\uFEFF/, '');
  const read = isNdjson(plain)
    ? plain
        .split('\n')
        .flatMap((line, index) => (line.trim() === '' ? [] : [reading(index + 1, () => ofJson(line.trim()))]))
    : ofCsv(plain);
  if (read.length === 0) throw consoleRefusal('agents_file_empty', { field: '/list' });
  if (read.length > MOST_AGENTS) {
    throw consoleRefusal('agents_file_too_long', { field: '/list', params: { most: MOST_AGENTS } });
  }
  const owners = new Map<string, Promise<string>>();
  const ownNames = own && (await ownNamesOf(deps, own));
  const ownerOf = async (name: string): Promise<string> => {
    if (ownNames && !ownNames.has(foldedName(name))) {
      throw managementRefusal('registration_for_others_forbidden', { field: '/owner' });
    }
    const found = owners.get(name) ?? ownerCalled(deps, name, '/owner');
    found.catch(() => undefined);
    owners.set(name, found);
    return found;
  };
  const agents: ListedAgent[] = [];
  for (const one of read) agents.push(await checked(one, ownerOf));
  return agents;
};

const checked = async (one: Read, ownerOf: (name: string) => Promise<string>): Promise<ListedAgent> => {
  const { line } = one;
  if ('error' in one) return { line, body: {}, owner: '', errors: errorsOf(one.error, {}) };
  const owner = typeof one.body['owner'] === 'string' ? one.body['owner'] : '';
  try {
    const body = owner === '' ? one.body : { ...one.body, owner: await ownerOf(owner) };
    checkAgent(body);
    return { line, body, owner, errors: [] };
  } catch (error) {
    return { line, body: one.body, owner, errors: errorsOf(error, one.body) };
  }
};

/** Most characters of a value that an error repeats. */
const LONGEST_GIVEN = 60;

/** At most five of a line. */
const errorsOf = (error: unknown, body: JsonObject): ListedAgent['errors'] => {
  if (!isDomainError(error)) throw error;
  const found = shownErrors(error);
  // The refusal itself says least where members are at fault.
  const shown = found.length > 1 ? found.slice(0, -1) : found;
  return shown.slice(0, 5).map(({ pointer, ...refusal }) => {
    const member = pointer?.slice(1);
    const given = member === undefined || !Object.hasOwn(body, member) ? undefined : body[member];
    return {
      ...(member === undefined ? {} : { member }),
      ...(typeof given === 'string' && given !== '' && given.length <= LONGEST_GIVEN ? { given } : {}),
      // A column of a CSV file is no member.
      ...(refusal.reason === 'member_missing'
        ? { text: words.missing, english: 'missing' }
        : { text: refusalPhrase(refusal), english: refusal.message }),
    };
  });
};
