// Gets a token for an API on behalf of the person for whom SUBJECT_TOKEN speaks. Prints a page if they have to be asked.

import { createAgent, keyFile } from '@behalf/agent';

const { ISSUER = 'http://localhost:3000', CLIENT_ID, KEY = 'agent.jwk', RESOURCE, SUBJECT_TOKEN } = process.env;

const agent = await createAgent({
  issuer: ISSUER,
  clientId: CLIENT_ID,
  credential: { key: await keyFile(KEY) },
  dpop: true,
  hooks: {
    onConsent: ({ url }) => console.log(`Ask the person to open ${url}`),
    onApproval: ({ number }) => console.log(`People are asked to approve.${number ? ` Tell them ${number}.` : ''}`),
    onNarrow: ({ scopes }) => scopes.length > 0,
  },
});

try {
  const token = await agent.exchange({ subject: SUBJECT_TOKEN, resource: RESOURCE, scopes: ['read'] });
  console.log(`Allowed: ${token.scopes.join(' ')}`);
} catch (error) {
  if (error.name !== 'AgentStop') throw error;
  console.log(`Stopped (${error.reason}): ${error.message}`);
  process.exitCode = 1;
}
