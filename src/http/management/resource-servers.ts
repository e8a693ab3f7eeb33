import {
  type DelegationTarget,
  isAccepted,
  type TargetPair,
} from '../../domain/resources/resource-servers/delegation-targets.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type {
  CreatedResourceServer,
  NewResourceServer,
  ResourceServerChange,
  ResourceServerRegistry,
} from '../../domain/resources/resource-servers/resource-server-registry.ts';
import { type Answer, type Call, existing, type Handlers, objectAnswer, pageAnswer, searchedPage } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { showResourceServer, toWire, withCertificate } from './representations.ts';

type Operations =
  | 'createResourceServer'
  | 'listResourceServers'
  | 'getResourceServer'
  | 'updateResourceServer'
  | 'disableResourceServer'
  | 'enableResourceServer'
  | 'proposeDelegation'
  | 'acceptDelegation'
  | 'withdrawDelegation'
  | 'rotateResourceServerSecret';

export const resourceServerHandlers = (servers: ResourceServerRegistry): Handlers<Operations> => ({
  createResourceServer: async ({ body, by }) =>
    withSecret(await servers.create(withCertificate(body) as NewResourceServer, by)),

  async listResourceServers(call) {
    const { identifier, awaiting } = call.query;
    if (identifier === undefined) {
      const textsOf = ({ name, identifier: its, scopes }: ResourceServer) => [
        name,
        its,
        ...scopes.map((scope) => scope.name),
      ];
      const waits = ({ delegatesTo = [] }: ResourceServer) => awaiting === delegatesTo.some((one) => !isAccepted(one));
      return pageAnswer(
        await searchedPage(call, servers.list, textsOf, awaiting === undefined ? undefined : waits),
        shown,
      );
    }
    const found = await servers.findByIdentifier(identifier);
    return pageAnswer({ items: found ? [found] : [] }, shown);
  },

  getResourceServer: async ({ id }) => objectAnswer(existing(await servers.get(id)), shown),

  updateResourceServer: async ({ id, version, body, by }) =>
    objectAnswer(await servers.update(id, version, withCertificate(body) as ResourceServerChange, by), shown),

  disableResourceServer: async ({ id, by }) => objectAnswer(await servers.disable(id, by), shown),
  enableResourceServer: async ({ id, by }) => objectAnswer(await servers.enable(id, by), shown),

  proposeDelegation: async (call) => objectAnswer(await servers.proposeTarget(...pairOf(call)), shown),
  acceptDelegation: async (call) => objectAnswer(await servers.acceptTarget(...pairOf(call)), shown),
  withdrawDelegation: async (call) => objectAnswer(await servers.withdrawTarget(...pairOf(call)), shown),

  rotateResourceServerSecret: async ({ id, by }) => withSecret(await servers.rotateSecret(id, by)),
});

/** Versions begin at 1; 0: the caller sent none. */
const pairOf = ({ id, version, body, by }: Call) =>
  [id, version === 0 ? undefined : version, body as unknown as TargetPair, by] as const;

const shown = (server: ResourceServer): JsonObject => ({
  ...showResourceServer(server),
  ...(server.delegatesTo === undefined ? {} : { delegates_to: server.delegatesTo.map(shownTarget) }),
});

/** The target without its `proposers`, which only the rule needs. */
const shownTarget = ({ proposers: _, ...target }: DelegationTarget): JsonObject => toWire({ ...target });

const withSecret = ({ secret, ...created }: CreatedResourceServer): Answer =>
  objectAnswer(created, (server) => ({
    ...shown(server),
    ...(secret === undefined ? {} : { client_secret: secret }),
  }));
