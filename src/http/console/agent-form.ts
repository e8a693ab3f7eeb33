import { plainText } from '../../../views/agent-text.ts';
import type { RegisterField, RegisterModel } from '../../../views/pages/console-model.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { agentFormWords } from '../../../views/words/console-forms.ts';
import { canonicalJson } from '../../domain/vocabulary/canonical-json.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { strictJson } from '../../domain/vocabulary/strict-json.ts';
import type { JsonObject } from '../management/json-body.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import type { ConsoleCalls } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { consoleRefusal } from './console-refusals.ts';

const FIELDS = [
  'name',
  'purpose',
  'uses',
  'environment',
  'blueprint',
  'owner',
  'other_owner',
  'jwks',
  'jwks_uri',
  'redirect_uris',
  'provider',
  'provider_version',
  'contact',
  'ends_in',
] as const satisfies readonly RegisterField[];

const DAY = 86_400;

export type RegisterValues = Readonly<Partial<Record<RegisterField, string>>>;
export type RegisterErrors = RegisterModel['errors'];

export const readRegisterForm = (form: URLSearchParams): RegisterValues =>
  Object.fromEntries(FIELDS.map((name) => [name, (single(form, name) ?? '').replaceAll('\r\n', '\n').trim()]));

export const registerModel = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  frame: ConsoleFrame,
  values: RegisterValues = { environment: 'development' },
  errors: RegisterErrors = {},
): Promise<RegisterModel> => {
  const forOthers = calls.access('createAgent', account) === 'all';
  const [groups, blueprints] = await Promise.all([
    deps.groups.ofAccount(account.id),
    deps.blueprints.list({ state: 'active', limit: 200 }),
  ]);
  return {
    ...frame,
    action: `${deps.basePath}/console/agents`,
    once: deps.identifiers.newSecret(),
    owners: [
      { value: account.id, text: agentFormWords.me(plainText(account.name, 60)) },
      ...groups.map(({ id, name }) => ({ value: id, text: name })),
    ],
    forOthers,
    blueprints: blueprints.items.map(({ document: { id, name } }) => ({ value: id, text: name })),
    values,
    errors: forOthers && values.other_owner ? aboutOther(errors) : errors,
  };
};

/** If two fields name the owner, shows an error at the field that the viewer used. */
const aboutOther = ({ owner, ...errors }: RegisterErrors): RegisterErrors =>
  owner === undefined ? errors : { other_owner: owner, ...errors };

/** The body of an API call. Throws 'invalid_field' for errors that only a form can have. */
export const registrationOf = async (deps: ConsoleDeps, values: RegisterValues): Promise<JsonObject> => {
  const of = (name: RegisterField): string => values[name] ?? '';
  const lines = (name: RegisterField): readonly string[] => linesOf(of(name));
  const texts = (['blueprint', 'jwks_uri', 'provider', 'provider_version', 'contact'] as const)
    .filter((name) => of(name) !== '')
    .map((name) => [name, of(name)]);
  const other = of('other_owner');
  const endsIn = Number(of('ends_in'));
  return {
    name: of('name'),
    purpose: of('purpose'),
    environment: of('environment'),
    owner: other === '' ? of('owner') : await ownerCalled(deps, other, '/other_owner'),
    ...Object.fromEntries(texts),
    ...(of('uses') === '' ? {} : { uses: lines('uses') }),
    ...(of('redirect_uris') === '' ? {} : { redirect_uris: lines('redirect_uris') }),
    ...(of('jwks') === '' ? {} : { jwks: keysOf(of('jwks')) }),
    ...(endsIn > 0 && endsIn <= 3650 ? { expires_at: deps.clock.now() + Math.floor(endsIn) * DAY } : {}),
  };
};

export const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/**
 * The value of JSON that a user typed. Throws for any other text, and for a value without canonical form (RFC 8785), as a
 * form compares members by it: an escape of half a surrogate pair, or a number that is not finite.
 */
export const typedJson = (text: string): unknown => {
  const value = strictJson(Buffer.from(text));
  canonicalJson(value);
  return value;
};

/** Accepts a key set, or one key as a set of one. */
export const keysOf = (text: string): unknown => {
  let given: unknown;
  try {
    given = typedJson(text);
  } catch {
    throw consoleRefusal('pasted_keys_malformed', {
      field: '/jwks',
    });
  }
  return typeof given === 'object' && given !== null && 'kty' in given ? { keys: [given] } : given;
};

/**
 * Id of the account or group with this name or id. Throws 'invalid_field', with the same text for an unknown name and for an
 * inactive account. Throws 'conflict' for a name with several matches.
 */
export const ownerCalled = async (deps: ConsoleDeps, typed: string, field: string): Promise<string> => {
  const found = await deps.ownerNames.find(typed, { field });
  if (found?.kind === 'group') return found.id;
  const account = found && (await deps.accounts.get(found.id))?.document;
  if (account?.state === 'active') return account.id;
  throw consoleRefusal('owner_name_unknown', { field });
};

/** The fields that a refusal refers to; undefined if it refers to none of them. */
export const registerErrors = (error: unknown): RegisterErrors | undefined => {
  if (!isDomainError(error) || !['invalid_field', 'conflict', 'forbidden'].includes(error.code)) return undefined;
  const found = shownErrors(error).flatMap(({ pointer, ...refusal }) => {
    const name = (pointer ?? '').split('/')[1];
    const field = FIELDS.find((one) => one === (name === 'expires_at' ? 'ends_in' : name));
    return field ? [[field, refusalPhrase(refusal)] as const] : [];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found.reverse());
};
