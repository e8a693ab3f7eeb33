/**
 * The claim `composition` of client assertions and attestations: with what the agent runs. It has the members of a declared
 * composition in the management API, and no others.
 */
import {
  canonicalComposition,
  type DeclaredComposition,
  type GivenComposition,
} from '../../domain/clients/agents/composition.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';

type Claim = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Claim =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === 'string';

const FORMS: Readonly<Record<string, (value: unknown) => boolean>> = {
  digest: isText,
  model: isText,
  model_digest: isText,
  prompt: isText,
  prompt_digest: isText,
  tools: (value) => Array.isArray(value) && value.every(isText),
  tool_digests: (value) => isObject(value) && Object.values(value).every(isText),
};

/** The composition, or a text that says what is wrong with it. Undefined: there is none. */
export const compositionIn = (claims: Claim): DeclaredComposition | string | undefined => {
  const { composition: claim } = claims;
  if (claim === undefined) return undefined;
  if (!isObject(claim)) return 'composition must be an object';
  const wrong = Object.keys(claim).find((name) => !(Object.hasOwn(FORMS, name) && FORMS[name]?.(claim[name])));
  if (wrong !== undefined) return `composition: ${wrong.slice(0, 50)} is unknown or malformed`;
  const { digest, model_digest, prompt_digest, tool_digests, ...named } = claim;
  const given = {
    ...named,
    ...(model_digest === undefined ? {} : { modelDigest: model_digest }),
    ...(prompt_digest === undefined ? {} : { promptDigest: prompt_digest }),
    ...(tool_digests === undefined ? {} : { toolDigests: tool_digests }),
  } as GivenComposition;
  try {
    if (Object.keys(given).length === 0) return canonicalComposition({ digest: String(digest) });
    // A digest of its own beside other members would hide that they have changed.
    const found = canonicalComposition(given);
    return digest === undefined || digest === found.digest ? found : 'composition: digest is not that of its members';
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return `composition: ${error.field ?? ''} ${error.message}`.slice(0, 200);
  }
};
