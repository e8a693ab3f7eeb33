/** Runs the agent on Bun. Prints the port of what answers with its result. */
import { callApi } from './agent.js';

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: async () => Response.json(await callApi(process.env)),
});
console.log(server.port);
