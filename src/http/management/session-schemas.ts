/** Schemas of sessions; see schemas.ts. */
import { flag, identified, type JsonSchema, output, ref, seconds, strings } from './schema-parts.ts';

const SOURCE = 'The setting `sessions.source` limits how much of the address is stored.';

export const SESSION_SCHEMAS = {
  Session: output(
    {
      ...identified('Begins with ses_.'),
      account: { type: 'string', description: 'Account that is signed in.' },
      live: flag('Whether the session is active.'),
      started_at: seconds('When the user first signed in.'),
      auth_time: seconds('When the user last signed in.'),
      acr: { type: 'string', description: 'Authentication context class.' },
      amr: strings('Authentication methods (RFC 8176).', 20, 200),
      last_used_at: seconds('When it was last used, to the minute.'),
      browser: {
        type: 'object',
        properties: { family: { type: 'string' }, system: { type: 'string' } },
        description: 'Browser and platform that the browser reports.',
      },
      source: { type: 'string', description: `Address of the last sign-in. ${SOURCE}` },
      seen_from: { type: 'string', description: `Address of the last use. ${SOURCE}` },
      clients: strings('Clients that the user signed in to with this session.', 200, 200),
      upstream: { type: 'string', description: 'Upstream provider of the sign-in.' },
      expires_at: seconds('When it expires unless it is used before.'),
      ended_at: seconds('When it was ended.'),
    },
    ['acr', 'browser', 'source', 'seen_from', 'upstream', 'ended_at'],
  ),
  SessionList: output({ items: { type: 'array', items: ref('Session') } }),
} as const satisfies Readonly<Record<string, JsonSchema>>;
