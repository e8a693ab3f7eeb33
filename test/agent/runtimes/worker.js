/** Runs the agent on workerd. Answers with its result; a request to `/` does nothing. */
import { callApi } from './agent.js';

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === '/') return new Response('ready');
    return Response.json(await callApi(env));
  },
};
