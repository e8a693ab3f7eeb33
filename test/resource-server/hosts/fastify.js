import fastify from 'fastify';
import { accessOf, metadataRoute, requireToken } from '../../../packages/resource-server/src/fastify.ts';
import { nodeHost } from './host.ts';

export const start = nodeHost(async (server, requirement, reach) => {
  const app = fastify();
  app.route(metadataRoute(server));
  app.all('/api/*', { onRequest: requireToken(server, requirement) }, async (request) => {
    reach();
    return { subject: accessOf(request).subject };
  });
  await app.ready();
  return app.routing;
});
