import type { Phrase } from '../../../views/html.ts';
import type { CredentialField, EditField, EditModel } from '../../../views/pages/console-model.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { JsonObject } from '../management/json-body.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase, shownErrors } from '../refusal-phrase.ts';
import { keysOf, linesOf } from './agent-form.ts';

const WORDS = ['name', 'purpose', 'uses', 'provider', 'provider_version', 'contact'] as const satisfies EditField[];
const CREDENTIAL = ['name', 'jwks', 'jwks_uri'] as const satisfies CredentialField[];

type Values<Field extends string> = Readonly<Partial<Record<Field, string>>>;

const read = <Field extends string>(form: URLSearchParams, fields: readonly Field[]): Values<Field> =>
  Object.fromEntries(
    fields.map((name) => [name, (single(form, name) ?? '').replaceAll('\r\n', '\n').trim()]),
  ) as Values<Field>;

export const readWords = (form: URLSearchParams): EditModel['values'] => read(form, WORDS);
export const readCredential = (form: URLSearchParams): Values<CredentialField> => read(form, CREDENTIAL);

export const wordsOf = (agent: Agent): EditModel['values'] => ({
  name: agent.name,
  purpose: agent.purpose,
  uses: (agent.uses ?? []).join('\n'),
  provider: agent.provider ?? '',
  provider_version: agent.providerVersion ?? '',
  contact: agent.contact ?? '',
});

/** Body of a change: only the members that differ; emptied fields are removed. */
export const changeOf = (agent: Agent, values: EditModel['values']): JsonObject => {
  const before = wordsOf(agent);
  const changed = WORDS.filter((name) => (values[name] ?? '') !== before[name]);
  return Object.fromEntries(
    changed.map((name) => {
      const value = values[name] ?? '';
      if (name === 'uses') return [name, linesOf(value)];
      return [name, value === '' && name !== 'name' && name !== 'purpose' ? null : value];
    }),
  );
};

/** Body of a new credential: keys, or the URL that serves them. Throws 'invalid_field' for errors that only a form can have. */
export const credentialOf = ({ name = '', jwks = '', jwks_uri: url = '' }: Values<CredentialField>): JsonObject => ({
  ...(name === '' ? {} : { name }),
  ...(jwks === '' ? {} : { jwks: keysOf(jwks) }),
  ...(url === '' ? {} : { jwks_uri: url }),
  kind: jwks === '' && url !== '' ? 'jwks_uri' : 'jwks',
});

/** The one of these fields that a refusal refers to; undefined if it refers to none of them. */
export const fieldErrors = <Field extends string>(
  error: unknown,
  fields: readonly Field[],
): Readonly<Partial<Record<Field, Phrase>>> | undefined => {
  if (!isDomainError(error) || !['invalid_field', 'conflict', 'precondition_failed'].includes(error.code)) {
    return undefined;
  }
  const [first] = fields;
  const found = shownErrors(error).flatMap(({ pointer, ...refusal }) => {
    const parts = (pointer ?? '').split('/');
    const field = fields.find((one) => parts.includes(one)) ?? first;
    return field === undefined ? [] : [[field, refusalPhrase(refusal)] as const];
  });
  return Object.fromEntries(found.reverse()) as Readonly<Partial<Record<Field, Phrase>>>;
};

export const WORD_FIELDS: readonly EditField[] = WORDS;
export const CREDENTIAL_FIELDS: readonly CredentialField[] = ['jwks', 'jwks_uri', 'name'];
