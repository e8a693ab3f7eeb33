/** Schemas of sessions; see schemas.ts. */
import { flag, identified, type JsonSchema, output, ref, seconds, strings } from './schema-parts.ts';

const SOURCE = 'As much of an address as `sessions.source` lets be kept.';

export const SESSION_SCHEMAS = {
  Session: output(
    {
      ...identified('Begins with ses_.'),
      account: { type: 'string', description: 'Who is signed in.' },
      live: flag('Whether it counts now.'),
      started_at: seconds('When somebody first signed in in it.'),
      auth_time: seconds('When somebody last signed in in it.'),
      acr: { type: 'string', description: 'How surely.' },
      amr: strings('By what (RFC 8176).', 20, 200),
      last_used_at: seconds('To the minute.'),
      browser: {
        type: 'object',
        properties: { family: { type: 'string' }, system: { type: 'string' } },
        description: 'What the browser claims to be.',
      },
      source: { type: 'string', description: `Where the last sign-in came from. ${SOURCE}` },
      seen_from: { type: 'string', description: `Where it was last used from. ${SOURCE}` },
      clients: strings('Clients that signed their person in by it.', 200, 200),
      upstream: { type: 'string', description: 'Provider at which it began.' },
      expires_at: seconds('When it is over, unless it is used before.'),
      ended_at: seconds('When it was ended.'),
    },
    ['acr', 'browser', 'source', 'seen_from', 'upstream', 'ended_at'],
  ),
  SessionList: output({ items: { type: 'array', items: ref('Session') } }),
} as const satisfies Readonly<Record<string, JsonSchema>>;
