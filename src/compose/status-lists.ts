/** The status lists of this process, over its audit log. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { compression } from '../../adapters/node/compression.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { Configuration } from '../../config/configuration.ts';
import { namingTokens } from '../domain/authority/revocation-feed/named-tokens.ts';
import { listAddresses } from '../domain/authority/status-lists/list-addresses.ts';
import { statusListService } from '../domain/authority/status-lists/status-list-service.ts';
import { type StatusListTokens, statusListTokens } from '../domain/authority/status-lists/status-list-tokens.ts';
import { tokenStatuses } from '../domain/authority/status-lists/token-statuses.ts';
import { grantsOfClient } from '../provider/grants/grants-of-client.ts';
import { endedTokens } from '../provider/tokens/ended-tokens.ts';
import type { Services } from './services.ts';
import type { TokenServices } from './token-services.ts';

export const statusListsOf = (
  { documents, clock, masterKey, latched, log }: Services,
  { issuer }: Pick<Configuration, 'issuer'>,
  { liveness, signatures }: Pick<TokenServices, 'liveness' | 'signatures'>,
): { readonly tokens: StatusListTokens; close(): void } => {
  const lists = statusListService({
    ...{ documents, clock, latched, compression },
    statuses: tokenStatuses({
      documents,
      clock,
      endedAmong: endedTokens({ documents, liveness }),
      pause: () => turn(),
    }),
    naming: namingTokens({ documents, grantsOf: grantsOfClient(documents), elapsed: stopwatch }),
    elapsed: stopwatch,
    // A request remembers what it has read: the lists follow the store as it is.
    outside: AsyncLocalStorage.snapshot(),
    onFailed: (err) => log.warn({ event: 'status_lists.failed', err }, 'the status lists could not read the store'),
  });
  return {
    tokens: statusListTokens({
      lists,
      issuer,
      addresses: listAddresses(issuer, masterKey),
      sign: signatures.sign,
      compression,
    }),
    close: lists.close,
  };
};
