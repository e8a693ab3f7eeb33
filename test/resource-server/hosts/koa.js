import Koa from 'koa';
import { accessOf, requireToken, serveMetadata } from '../../../packages/resource-server/src/koa.ts';
import { nodeHost } from './host.ts';

export const start = nodeHost((server, requirement, reach) => {
  const app = new Koa();
  app.silent = true;
  app.use(serveMetadata(server));
  app.use(requireToken(server, requirement));
  app.use((context) => {
    reach();
    context.body = { subject: accessOf(context).subject };
  });
  return app.callback();
});
