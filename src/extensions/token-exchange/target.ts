import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { TokenExchangeDependencies } from './dependencies.ts';
import { type ExchangeParameters, JWT_TYPE } from './parameters.ts';
import type { Refuse } from './refusals.ts';

/** The one resource server that the token is for, named by identifier (`resource`), or by identifier or id (`audience`). */
export const findTarget = async (
  { resourceServers, issuer }: TokenExchangeDependencies,
  refuse: Refuse,
  { resource, audience, requestedType }: ExchangeParameters,
): Promise<ResourceServer> => {
  const named = async (field: string, name: string): Promise<ResourceServer> => {
    const found =
      field === 'audience' && name.startsWith('rs_')
        ? await resourceServers.get(name)
        : await resourceServers.findByIdentifier(name);
    const server = found?.document;
    if ([name, server?.identifier].some((each) => each !== undefined && isOwn(each, issuer))) {
      throw refuse('target_not_for_agents', { field });
    }
    if (server?.state !== 'active') throw refuse('target_unknown', { field });
    return server;
  };
  const byResource = resource === undefined ? undefined : await named('resource', resource);
  const byAudience = audience === undefined ? undefined : await named('audience', audience);
  const target = byResource ?? byAudience;
  if (!target) throw refuse('target_missing');
  if (byAudience && byAudience.id !== target.id) throw refuse('target_ambiguous');
  if (requestedType === JWT_TYPE && target.accessTokenFormat !== 'jwt') {
    throw refuse('token_type_unsupported', {
      field: 'requested_token_type',
      text: 'this resource server takes opaque tokens',
    });
  }
  return target;
};

/** The issuer, and everything under its `/api`. An agent's token never gives access to this server itself (decision D22). */
const isOwn = (identifier: string, issuer: string): boolean =>
  identifier === issuer || identifier === `${issuer}/` || `${identifier}/`.startsWith(`${issuer}/api/`);
