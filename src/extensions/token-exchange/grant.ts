import type { Extension } from '../extension.ts';
import type { TokenExchangeDependencies } from './dependencies.ts';
import { exchangeToken } from './exchange.ts';
import { issueIdJag } from './id-jag.ts';
import {
  asksForIdJag,
  asksForRefreshToken,
  asksForTxnToken,
  GRANT_TYPE,
  ID_JAG_TYPE,
  PARAMETERS,
  REPEATABLE,
} from './parameters.ts';
import { beginReads, withReadsAhead } from './reads-ahead.ts';
import { refreshFamily } from './refresh-family.ts';
import { issueTxnToken } from './txn-token.ts';

/** RFC 8693 for agents. The result always names the person and the agent, and never holds more than its source. */
export const tokenExchange = (dependencies: TokenExchangeDependencies): Extension => {
  const txnToken = issueTxnToken(dependencies);
  const idJag = issueIdJag(dependencies);
  const family = refreshFamily(dependencies);
  return {
    name: 'token-exchange',
    grants: [
      {
        grantType: GRANT_TYPE,
        parameters: PARAMETERS,
        repeatable: REPEATABLE,
        handle: async (request) => {
          const values = (parameter: string): readonly string[] => request.values(parameter);
          if (asksForIdJag(values)) return request.mintAssertion(await idJag(request, values));
          if (asksForTxnToken(values)) return request.mintAssertion(await txnToken(request, values));
          if (asksForRefreshToken(values)) return request.mintFamily(await family(request, values));
          return request.mint(await exchangeToken(withReadsAhead(dependencies, request))(request, values));
        },
        readAhead: (request) => beginReads(dependencies, request),
      },
    ],
    // The metadata does not name the peers that accept our assertions (JB-10).
    metadata: { identity_chaining_requested_token_types_supported: [ID_JAG_TYPE] },
  };
};
