import express from 'express';
import { accessOf, requireToken, serveMetadata } from '../../../packages/resource-server/src/express.ts';
import { nodeHost } from './host.ts';

export const start = nodeHost((server, requirement, reach) => {
  const app = express();
  // Silences the log of errors, which the tests cause.
  app.set('env', 'test');
  app.use(serveMetadata(server));
  app.use('/api', requireToken(server, requirement), (request, response) => {
    reach();
    response.json({ subject: accessOf(request).subject });
  });
  return app;
});
