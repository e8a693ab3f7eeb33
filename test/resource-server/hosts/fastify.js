import fastify from 'fastify';
import { metadataRoute, requireToken } from '../../../packages/resource-server/src/fastify.ts';
import { nodeHost } from './host.ts';

export const start = nodeHost(async (server, requirement, reach) => {
  const app = fastify();
  app.route(metadataRoute(server));
  app.all('/api/*', { onRequest: requireToken(server, requirement) }, async (request) => {
    reach();
    return { subject: request.auth.subject };
  });
  await app.ready();
  return app.routing;
});
