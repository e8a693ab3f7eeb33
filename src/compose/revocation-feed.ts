/** The revocation feed of this process, over its audit log. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import { namingTokens } from '../domain/authority/revocation-feed/named-tokens.ts';
import { type RevocationFeed, revocationFeed } from '../domain/authority/revocation-feed/revocation-feed.ts';
import { grantsOfClient } from '../provider/grants/grants-of-client.ts';
import type { Services } from './services.ts';

export const feedOf = ({
  documents,
  clock,
  masterKey,
  resourceServers,
  latched,
  log,
}: Pick<Services, 'documents' | 'clock' | 'masterKey' | 'resourceServers' | 'latched' | 'log'>): RevocationFeed =>
  revocationFeed({
    ...{ documents, clock, masterKey, resourceServers, latched },
    naming: namingTokens({ documents, grantsOf: grantsOfClient(documents), elapsed: stopwatch }),
    elapsed: stopwatch,
    // A request remembers what it has read: the feed reads the store as it is.
    outside: AsyncLocalStorage.snapshot(),
    onFailed: (err) =>
      log.warn({ event: 'revocation_feed.failed', err }, 'the revocation feed could not read the store'),
  });
