import { protect } from '../../../packages/resource-server/src/fetch.ts';
import { fetchHost } from './host.ts';

export const start = fetchHost((server, requirement, reach) =>
  protect(
    server,
    (_request, access) => {
      reach();
      return Response.json({ subject: access.subject });
    },
    requirement,
  ),
);
