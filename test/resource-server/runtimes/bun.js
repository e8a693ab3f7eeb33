/** Serves the APIs on Bun. Prints the port. */
import { APIS, newApi } from './api.js';

const apis = Object.fromEntries(Object.entries(APIS).map(([name, options]) => [name, newApi(process.env, options)]));

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => apis[request.headers.get('x-api') ?? 'plain'].fetch(request),
});
console.log(server.port);
