import * as sdk from '@modelcontextprotocol/server';
import { tokenVerifier } from '../../../packages/resource-server/src/mcp.ts';
import { fetchHost } from './host.ts';

export const start = fetchHost((server, requirement, reach) => {
  const verifier = tokenVerifier(server, sdk, requirement);
  const gate = sdk.requireBearerAuth({ verifier, resourceMetadataUrl: server.metadata.url });
  return async (request) => {
    const auth = await gate(request);
    if (auth instanceof Response) return auth;
    reach();
    return Response.json({ subject: auth.extra.subject });
  };
});
