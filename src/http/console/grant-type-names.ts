import type { HtmlValue, Phrase } from '../../../views/html.ts';
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

/** Grant types, named by what the client does with them. */
export const signInMethodWords = (grantTypes: readonly string[]): HtmlValue =>
  grantTypes.length === 0
    ? effectWords.inNoWay
    : grantTypes.map((name, index) => [index > 0 && ', ', BY_TYPE.get(name) ?? name]);
