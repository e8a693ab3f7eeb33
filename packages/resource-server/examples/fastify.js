// An API on Fastify. GET /notes needs a token with the scope notes.read.
import { resourceServer } from '@behalf/resource-server';
import { metadataRoute, requireToken } from '@behalf/resource-server/fastify';
import fastify from 'fastify';

const { ISSUER = 'http://localhost:3000', RESOURCE = 'http://localhost:4100', PORT = '4100' } = process.env;
const app = fastify();

const notes = resourceServer({ issuer: ISSUER, resource: RESOURCE, scopes: ['notes.read'] });
app.route(metadataRoute(notes));
const onRequest = requireToken(notes, { scopes: ['notes.read'] });

app.get('/notes', { onRequest }, async ({ auth }) => {
  return { notes: ['Water the plants'], subject: auth.subject, actor: auth.actor };
});

await app.listen({ port: Number(PORT), host: '127.0.0.1' });
console.log(`http://127.0.0.1:${PORT}`);
