/** An agent of the packed package: gets a token of its own, and calls an API. Runs in each runtime. `settings` are texts. */
import { createAgent, keyFromJwk } from '@behalf/agent';

export const callApi = async ({ ISSUER, AGENT_ID, AGENT_KEY, API }) => {
  const agent = await createAgent({
    issuer: ISSUER,
    clientId: AGENT_ID,
    credential: { key: await keyFromJwk(JSON.parse(AGENT_KEY)) },
    dpop: true,
  });
  const response = await agent.fetch(`${API}/notes`, {}, { resource: API, scopes: ['read'] });
  return { status: response.status, body: await response.json() };
};
