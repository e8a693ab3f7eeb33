import { type Html, type HtmlValue, html, type Phrase } from '../../../views/html.ts';
import { effectWords } from '../../../views/words/console-effect.ts';
import { grantTypeWords } from '../../../views/words/grant-types.ts';
import {
  DECLARED_GRANT_TYPES,
  GRANT_TYPE_NAMES,
  type GrantTypeName,
} from '../../domain/clients/clients/grant-types.ts';

/** Does not compile while a grant type has no words. */
const WORDS: Readonly<Record<GrantTypeName, Phrase>> = grantTypeWords;

const BY_TYPE: ReadonlyMap<string, Phrase> = new Map(
  GRANT_TYPE_NAMES.map((name) => [DECLARED_GRANT_TYPES[name].grantType, WORDS[name]]),
);

/** What the client does with it, and the value of `grant_type`: of a URN, its last part. */
const named = (grantType: string): Html | string => {
  const words = BY_TYPE.get(grantType);
  return words === undefined ? grantType : html`${words} <code>${grantType.split(':').at(-1)}</code>`;
};

/** Grant types, named by what the client does with them. */
export const signInMethodWords = (grantTypes: readonly string[]): HtmlValue =>
  grantTypes.length === 0 ? effectWords.inNoWay : grantTypes.map((name, index) => [index > 0 && ', ', named(name)]);
