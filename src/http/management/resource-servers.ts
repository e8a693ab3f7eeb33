import type { ResourceServer } from '../../domain/resource-servers/resource-server.ts';
import type {
  CreatedResourceServer,
  NewResourceServer,
  ResourceServerChange,
  ResourceServerRegistry,
} from '../../domain/resource-servers/resource-server-registry.ts';
import { type Answer, existing, type Handlers, objectAnswer, pageAnswer, searchedPage } from './call.ts';
import { showResourceServer, withCertificate } from './representations.ts';

type Operations =
  | 'createResourceServer'
  | 'listResourceServers'
  | 'getResourceServer'
  | 'updateResourceServer'
  | 'disableResourceServer'
  | 'enableResourceServer'
  | 'rotateResourceServerSecret';

export const resourceServerHandlers = (servers: ResourceServerRegistry): Handlers<Operations> => ({
  createResourceServer: async ({ body, by }) =>
    withSecret(await servers.create(withCertificate(body) as NewResourceServer, by)),

  async listResourceServers(call) {
    const { identifier } = call.query;
    if (identifier === undefined) {
      const textsOf = ({ name, identifier: its, scopes }: ResourceServer) => [
        name,
        its,
        ...scopes.map((scope) => scope.name),
      ];
      return pageAnswer(await searchedPage(call, servers.list, textsOf), showResourceServer);
    }
    const found = await servers.findByIdentifier(identifier);
    return pageAnswer({ items: found ? [found] : [] }, showResourceServer);
  },

  getResourceServer: async ({ id }) => objectAnswer(existing(await servers.get(id)), showResourceServer),

  updateResourceServer: async ({ id, version, body, by }) =>
    objectAnswer(
      await servers.update(id, version, withCertificate(body) as ResourceServerChange, by),
      showResourceServer,
    ),

  disableResourceServer: async ({ id, by }) => objectAnswer(await servers.disable(id, by), showResourceServer),
  enableResourceServer: async ({ id, by }) => objectAnswer(await servers.enable(id, by), showResourceServer),

  rotateResourceServerSecret: async ({ id, by }) => withSecret(await servers.rotateSecret(id, by)),
});

const withSecret = ({ secret, ...created }: CreatedResourceServer): Answer =>
  objectAnswer(created, (server) => ({
    ...showResourceServer(server),
    ...(secret === undefined ? {} : { client_secret: secret }),
  }));
