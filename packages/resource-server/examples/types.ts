/** Compiled against the declarations of the package and of each framework, in an empty folder (package.test.ts). */
import { resourceServer } from '@behalf/resource-server';
import * as forExpress from '@behalf/resource-server/express';
import * as forFastify from '@behalf/resource-server/fastify';
import { protect } from '@behalf/resource-server/fetch';
import * as forKoa from '@behalf/resource-server/koa';
import { tokenVerifier } from '@behalf/resource-server/mcp';
import * as errorsOne from '@modelcontextprotocol/sdk/server/auth/errors.js';
import type { OAuthTokenVerifier as VerifierOne } from '@modelcontextprotocol/sdk/server/auth/provider.js';
import * as sdkTwo from '@modelcontextprotocol/server';
import express, { type Request as ExpressRequest } from 'express';
import fastify, { type FastifyRequest } from 'fastify';
import Koa from 'koa';

const server = resourceServer({ issuer: 'https://id.example.com', resource: 'https://notes.example.com' });
const requirement = { scopes: ['notes.read'] };

const app = express();
app.use(forExpress.serveMetadata(server));
app.use(forExpress.requireToken(server, requirement));
app.get(
  '/:id',
  forExpress.requireToken(server, (request: ExpressRequest) => ({ scopes: [`notes.${request.params['id']}`] })),
);

app.get('/', (request, response) => response.json(forExpress.accessOf(request).subject));

const koa = new Koa();
koa.use(forKoa.serveMetadata(server));
koa.use(forKoa.requireToken(server, requirement));
koa.use((context) => void forKoa.accessOf(context).subject);

const fast = fastify();
fast.route(forFastify.metadataRoute(server));
fast.get(
  '/',
  { onRequest: forFastify.requireToken(server, requirement) },
  async (request) => forFastify.accessOf(request).subject,
);
fast.get(
  '/:id',
  {
    onRequest: forFastify.requireToken(server, (request: FastifyRequest) => ({
      scopes: [`notes.${(request.params as { id: string }).id}`],
    })),
  },
  async () => 'in',
);

export const handle: (request: Request) => Promise<Response> = protect(
  server,
  (_, { subject }) => new Response(subject),
);
export const one: VerifierOne = tokenVerifier(server, errorsOne);
export const two: sdkTwo.OAuthTokenVerifier = tokenVerifier(server, sdkTwo);
