/**
 * Binds a session of MCP to its caller. The client gets the id of the upstream and a MAC over it and the caller, so that no store is
 * needed, and the id of another caller is of no use.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Access } from '../../../packages/resource-server/src/resource-server.ts';
import { RequestRefused } from '../request/request-refused.ts';

export interface McpSessions {
  /** The id for the client, of that of the upstream. */
  sealed(id: string, caller: Caller): string;
  /** The id of the upstream, of that of a client. Throws RequestRefused for the session of another caller, or of another key. */
  opened(sealed: string, caller: Caller): string;
}

type Caller = Pick<Access, 'subject' | 'clientId' | 'actors'>;

export const SESSION_HEADER = 'mcp-session-id';

const unknownSession = (): RequestRefused =>
  new RequestRefused(404, 'session_unknown', 'The caller has no such session. Begin a new one.');

/** `key`: at least 32 bytes. Gateways with the same key take the sessions of each other. */
export const mcpSessions = (key: string | Uint8Array): McpSessions => {
  const macOf = (id: string, { subject, clientId, actors }: Caller): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([id, subject, clientId, actors.map(({ sub }) => sub)]))
      .digest('base64url');

  return {
    sealed: (id, caller) => `${id}.${macOf(id, caller)}`,
    opened(sealed, caller) {
      const dot = sealed.lastIndexOf('.');
      const id = sealed.slice(0, Math.max(0, dot));
      const [given, mac] = [Buffer.from(sealed.slice(dot + 1)), Buffer.from(macOf(id, caller))];
      if (given.length !== mac.length || !timingSafeEqual(given, mac)) throw unknownSession();
      return id;
    },
  };
};
