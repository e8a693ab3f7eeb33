// Calls an API on behalf of the person who signs in with the browser of this machine. The API says which scopes it needs.

import { createAgent, keyFile } from '@behalf/agent';

const {
  ISSUER = 'http://localhost:3000',
  CLIENT_ID,
  KEY = 'agent.jwk',
  REDIRECT_URI,
  URL: url,
  RESOURCE,
} = process.env;

const show = (address) => console.log(`Open ${address}`);
const agent = await createAgent({
  issuer: ISSUER,
  clientId: CLIENT_ID,
  credential: { key: await keyFile(KEY) },
  dpop: true,
  hooks: { onConsent: ({ url: page }) => show(page) },
});

const session = await agent.signIn({ resource: RESOURCE, scopes: ['read'], redirectUri: REDIRECT_URI, open: show });
const response = await agent.fetch(url, {}, { subject: session.subject, resource: RESOURCE, scopes: ['read'] });
console.log(response.status, await response.text());
