// An API on Express. GET /notes needs a token with the scope notes.read.

import { resourceServer } from '@behalf/resource-server';
import { requireToken, serveMetadata } from '@behalf/resource-server/express';
import express from 'express';

const { ISSUER = 'http://localhost:3000', RESOURCE = 'http://localhost:4100', PORT = '4100' } = process.env;
const app = express();

const notes = resourceServer({ issuer: ISSUER, resource: RESOURCE, scopes: ['notes.read'] });
app.use(serveMetadata(notes));
app.use('/notes', requireToken(notes, { scopes: ['notes.read'] }));

app.get('/notes', ({ auth }, response) => {
  response.json({ notes: ['Water the plants'], subject: auth.subject, actor: auth.actor });
});

app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}`));
