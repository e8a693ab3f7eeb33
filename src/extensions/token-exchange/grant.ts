import type { Extension } from '../extension.ts';
import type { TokenExchangeDependencies } from './dependencies.ts';
import { exchangeToken } from './exchange.ts';
import { asksForRefreshToken, GRANT_TYPE, PARAMETERS, REPEATABLE } from './parameters.ts';
import { refreshFamily } from './refresh-family.ts';

/** RFC 8693 for agents: the result always names the person and the agent, and never holds more than what it came from. */
export const tokenExchange = (dependencies: TokenExchangeDependencies): Extension => {
  const exchange = exchangeToken(dependencies);
  const family = refreshFamily(dependencies);
  return {
    name: 'token-exchange',
    specification: 'RFC 8693',
    grants: [
      {
        grantType: GRANT_TYPE,
        parameters: PARAMETERS,
        repeatable: REPEATABLE,
        handle: async (request) => {
          const values = (parameter: string): readonly string[] => request.values(parameter);
          if (asksForRefreshToken(values)) return request.mintFamily(await family(request, values));
          return request.mint(await exchange(request, values));
        },
      },
    ],
  };
};
