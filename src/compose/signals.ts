/** Shared Signals: receivers, their streams, and the delivery of security events. Called by services.ts. */

import { setImmediate as turn } from 'node:timers/promises';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { PolledDelivery } from '../domain/notifications/delivery-runs.ts';
import { openedOrNothing } from '../domain/platform/crypto/master-key.ts';
import type { Found } from '../domain/ports/document-store.ts';
import { backlogWatch } from '../domain/signals/transmitter/backlog.ts';
import { eventTokens } from '../domain/signals/transmitter/event-tokens.ts';
import { outgoingEvents } from '../domain/signals/transmitter/outgoing-events.ts';
import { type PollDelivery, pollDelivery } from '../domain/signals/transmitter/poll-delivery.ts';
import { pushDelivery } from '../domain/signals/transmitter/push-delivery.ts';
import { pushSender } from '../domain/signals/transmitter/push-sender.ts';
import {
  type SignalReceiverRegistry,
  signalReceiverRegistry,
} from '../domain/signals/transmitter/receiver-registry.ts';
import { type SignalStream, streamContext } from '../domain/signals/transmitter/signal-stream.ts';
import { type SignalStreams, signalStreams } from '../domain/signals/transmitter/stream-service.ts';
import { securityEventTokens } from '../provider/tokens/security-event-tokens.ts';
import type { Foundations } from './foundations.ts';

export interface SignalServices {
  readonly signalReceivers: SignalReceiverRegistry;
  readonly signalStreams: SignalStreams;
  readonly signalPush: PolledDelivery;
  readonly signalPolls: PollDelivery;
}

export const signalServices = (
  { issuer }: Configuration,
  base: Foundations,
  {
    clients,
    accounts,
  }: {
    readonly clients: Parameters<typeof signalReceiverRegistry>[0]['clients'];
    readonly accounts: { get(id: string): Found<object> };
  },
): SignalServices => {
  const { documents, clock, identifiers, audit, masterKey, trustedFetch, keys, log, state } = base;
  const parts = { documents, clock, identifiers, audit };
  const streams = signalStreams({
    ...{ ...parts, masterKey, checkUrl: trustedFetch.check },
    onCreated: () => signalPush.again(),
  });
  const tokens = eventTokens({ issuer, clock, accounts, sign: securityEventTokens(keys) });
  const outgoing = outgoingEvents({ documents, issuer, makeToken: tokens.ofRecord, pause: () => turn() });

  const authorizationOf = ({ id, delivery }: SignalStream): string | undefined => {
    if (delivery.method === 'poll' || delivery.sealed === undefined) return undefined;
    const opened = openedOrNothing(masterKey, streamContext(id, delivery.url), delivery.sealed);
    if (opened === undefined) throw new Error(`the authorization of ${id} cannot be read`);
    return opened;
  };
  const noWayOut = async (): Promise<never> => {
    throw new Error('there is no way out');
  };

  const signalPush = pushDelivery({
    ...{ ...parts, outgoing, streams, clients, node: state.node },
    makeToken: tokens.ofStream,
    sender: pushSender({ clock, post: trustedFetch.post ?? noWayOut, authorizationOf }),
    watch: backlogWatch({ documents, clock }),
    onError: (error) => log.error({ event: 'signals.error', err: error }, 'security events could not be sent'),
  });

  return {
    signalReceivers: signalReceiverRegistry({ ...parts, clients }),
    signalStreams: streams,
    signalPush,
    signalPolls: pollDelivery({
      ...{ documents, clock, audit, outgoing, clients },
      makeToken: tokens.ofStream,
      elapsedMilliseconds: () => stopwatch() * 1000,
    }),
  };
};
