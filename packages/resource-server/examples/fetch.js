// An API as a fetch handler, as Bun, Deno and workers run it. Every request needs a token with the scope notes.read.
import { resourceServer } from '@behalf/resource-server';
import { protect } from '@behalf/resource-server/fetch';

const { ISSUER = 'http://localhost:3000', RESOURCE = 'http://localhost:4100' } = globalThis.process?.env ?? {};

const answer = (_request, { subject, actor }) => Response.json({ notes: ['Water the plants'], subject, actor });

const notes = resourceServer({ issuer: ISSUER, resource: RESOURCE, scopes: ['notes.read'] });
export default { fetch: protect(notes, answer, { scopes: ['notes.read'] }) };
