import type { HtmlValue, Phrase } from '../../../views/html.ts';
import { effectWords } from '../../../views/words/console-effect.ts';
import { CIBA, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE } from '../../domain/clients/clients/grant-types.ts';

const WAYS: Readonly<Record<string, Phrase>> = {
  ...effectWords.ways,
  [TOKEN_EXCHANGE]: effectWords.ways.token_exchange,
  [JWT_BEARER]: effectWords.ways.jwt_bearer,
  [DEVICE_CODE]: effectWords.ways.device_code,
  [CIBA]: effectWords.ways.ciba,
};

/** Grant types, named by what their client does. */
export const signInMethodWords = (grantTypes: readonly string[]): HtmlValue =>
  grantTypes.length === 0
    ? effectWords.inNoWay
    : grantTypes.map((name, index) => [index > 0 && ', ', WAYS[name] ?? name]);
