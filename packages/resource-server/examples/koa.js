// An API on Koa. Every request needs a token with the scope notes.read.
import { resourceServer } from '@behalf/resource-server';
import { requireToken, serveMetadata } from '@behalf/resource-server/koa';
import Koa from 'koa';

const { ISSUER = 'http://localhost:3000', RESOURCE = 'http://localhost:4100', PORT = '4100' } = process.env;
const app = new Koa();

const notes = resourceServer({ issuer: ISSUER, resource: RESOURCE, scopes: ['notes.read'] });
app.use(serveMetadata(notes));
app.use(requireToken(notes, { scopes: ['notes.read'] }));

app.use((context) => {
  const { subject, actor } = context.state.auth;
  context.body = { notes: ['Water the plants'], subject, actor };
});

app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}`));
