import * as errors from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import express from 'express';
import { tokenVerifier } from '../../../packages/resource-server/src/mcp.ts';
import { nodeHost } from './host.ts';

export const start = nodeHost((server, requirement, reach) => {
  const app = express();
  const verifier = tokenVerifier(server, errors, requirement);
  app.use('/api', requireBearerAuth({ verifier, resourceMetadataUrl: server.metadata.url }), (request, response) => {
    reach();
    response.json({ subject: request.auth.extra.subject });
  });
  return app;
});
