/** Trusted transmitters of security events, and what their events do here. Called by services.ts. */
import { clientTokens } from '../../adapters/openid-client/client-tokens.ts';
import type { Configuration } from '../../config/configuration.ts';
import { accountBrake, type DeactivationBrake } from '../domain/identity/directories/deactivation-brake.ts';
import { UPSTREAM_LINKS, type UpstreamLink } from '../domain/identity/upstream/upstream-links.ts';
import type { PolledDelivery } from '../domain/notifications/delivery-runs.ts';
import { type Quota, quota } from '../domain/platform/rate-limits/quota.ts';
import type { By } from '../domain/platform/registries/registered-documents.ts';
import { countDocuments } from '../domain/ports/document-store.ts';
import type { AccountSignals } from '../domain/signals/receiver/account-signals.ts';
import { pollClient } from '../domain/signals/receiver/poll-client.ts';
import { type PollStates, pollStates } from '../domain/signals/receiver/poll-state.ts';
import { pollTokens } from '../domain/signals/receiver/poll-tokens.ts';
import { polledSets } from '../domain/signals/receiver/polled-sets.ts';
import { setVerifier } from '../domain/signals/receiver/received-set.ts';
import { signalEffects } from '../domain/signals/receiver/signal-effects.ts';
import { type SignalReceiver, signalReceiver } from '../domain/signals/receiver/signal-receiver.ts';
import { type SignalRecords, signalRecords } from '../domain/signals/receiver/signal-records.ts';
import { signalSubjects } from '../domain/signals/receiver/signal-subjects.ts';
import { TRANSMITTER_ACTIVITY } from '../domain/signals/receiver/transmitter.ts';
import { transmitterPolls } from '../domain/signals/receiver/transmitter-polls.ts';
import { transmitterRefusal } from '../domain/signals/receiver/transmitter-refusals.ts';
import { type TransmitterRegistry, transmitterRegistry } from '../domain/signals/receiver/transmitter-registry.ts';
import type { DelegationServices } from './authority.ts';
import { reaching } from './egress.ts';
import type { Foundations } from './foundations.ts';
import type { OffboardingServices } from './offboarding.ts';
import type { PlatformServices } from './platform.ts';
import type { PolicyServices } from './policies.ts';
import { signingKeyOf, type UpstreamServices } from './upstream.ts';

export interface SignalReceiverServices {
  readonly transmitters: TransmitterRegistry;
  readonly signals: SignalReceiver;
  readonly signalRecords: SignalRecords;
  /** Limits how many accounts the signals of one transmitter affect in a short time. */
  readonly transmitterBrake: DeactivationBrake;
  /** What policies see of signals. */
  readonly accountSignals: AccountSignals;
  /** Polls transmitters that do not push. */
  readonly transmitterPolls: PolledDelivery;
  readonly pollStates: PollStates;
}

/** Security events that one transmitter may send in a minute. */
const MOST_A_MINUTE = 3000;

export const signalReceiverServices = (
  configuration: Configuration,
  base: Foundations,
  deps: {
    readonly upstream: UpstreamServices;
    readonly policy: Pick<PolicyServices, 'accountSignals'>;
    readonly delegation: Pick<DelegationServices, 'transactions'>;
    readonly offboarding: Pick<OffboardingServices, 'accounts' | 'agents'>;
    readonly platform: Pick<PlatformServices, 'keysByUrl'>;
  },
): SignalReceiverServices => {
  const { documents, ephemeral, clock, identifiers, audit, masterKey, log } = base;
  const { clockToleranceSeconds } = configuration.clientAuthentication;
  const { upstreams, upstreamLinks: links, upstreamSessions } = deps.upstream;
  const { accounts, agents } = deps.offboarding;
  const trustedFetch = reaching(base.trustedFetch, 'upstreamProviders');
  const parts = { documents, clock, identifiers, audit, masterKey };
  const polls = pollStates({ documents });
  const transmitters = transmitterRegistry({
    ...{ ...parts, upstreams, issuer: configuration.issuer, polls },
    checkUrl: trustedFetch.check,
  });
  const brake = brakeOf(base, transmitters);
  const records = signalRecords({ ...parts, clockToleranceSeconds });
  const most: Quota = quota(
    { ephemeral, masterKey },
    { name: 'security_events', most: MOST_A_MINUTE, windowSeconds: 60 },
  );
  const signals = signalReceiver({
    ...{ clock, identifiers, audit, masterKey, transmitters, records, brake, quota: most },
    verifier: setVerifier({
      keysByUrl: deps.platform.keysByUrl,
      fetcher: trustedFetch,
      clock,
      clockToleranceSeconds,
    }),
    subjects: signalSubjects({ accounts, links, upstreams }),
    effects: signalEffects({
      ...{ documents, clock, audit, accounts, agents, links, upstreamSessions },
      accountSignals: deps.policy.accountSignals,
      settle: () =>
        void deps.delegation.transactions
          .settle()
          .catch((error: unknown) =>
            log.error({ event: 'signals.settle_failed', err: error }, 'no transaction was closed'),
          ),
    }),
  });
  return {
    ...{ transmitters, transmitterBrake: brake, signalRecords: records, signals, pollStates: polls },
    accountSignals: deps.policy.accountSignals,
    transmitterPolls: pollsOf(base, { transmitters, signals }),
  };
};

const pollsOf = (
  { documents, clock, audit, keys, masterKey, trustedFetch, state, log }: Foundations,
  { transmitters, signals }: Pick<SignalReceiverServices, 'transmitters' | 'signals'>,
): PolledDelivery => {
  const onError = (error: unknown): void =>
    log.error({ event: 'signals.poll_error', err: error }, 'security events could not be polled');
  const noWayOut = async (): Promise<never> => {
    throw new Error('there is no way out');
  };
  const call = trustedFetch.call ?? noWayOut;
  const polled = async (id: string) => {
    const found = (await transmitters.get(id))?.document;
    return found?.state === 'active' && found.delivery === 'poll' ? found : undefined;
  };
  return transmitterPolls({
    ...{ documents, clock, audit, polled, node: state.node, onError },
    client: pollClient({
      ...{ clock, call },
      tokens: pollTokens({
        ...{ masterKey, clock },
        endpoints: clientTokens({
          ...{ call, internal: 'upstreamProviders' },
          signingKey: (kind) => signingKeyOf(keys, kind),
        }),
      }),
    }),
    sets: polledSets({ clock, signals, polled, onError }),
  });
};

/** The brake of directories, for the accounts that are linked to the provider of a transmitter. */
const brakeOf = (
  { documents, clock, audit }: Pick<Foundations, 'documents' | 'clock' | 'audit'>,
  transmitters: Pick<TransmitterRegistry, 'get'>,
): DeactivationBrake => {
  const links = documents.collection<UpstreamLink>(UPSTREAM_LINKS);
  const record = (
    type: 'transmitter.effects_paused' | 'transmitter.effects_resumed',
    inputs: object,
    id: string,
    by: By,
  ) =>
    audit.append({
      ...{ type, outcome: 'done', caller: by.caller, inputs: { ...inputs } },
      target: { kind: 'trusted transmitter', id },
      ...(by.request === undefined ? {} : { request: by.request }),
    });
  return accountBrake(
    { documents, clock },
    {
      activity: TRANSMITTER_ACTIVITY,
      async countAccounts(id, lte): Promise<number> {
        const upstream = (await transmitters.get(id))?.document.upstream;
        if (upstream === undefined) return 0;
        return countDocuments(links, { where: { upstream }, range: { field: 'createdAt', lte } });
      },
      recordPause: (limit, id, by) => record('transmitter.effects_paused', { limit }, id, by),
      recordResumption: (allowed, id, by) => record('transmitter.effects_resumed', { allowed }, id, by),
      paused: (retry) => transmitterRefusal('transmitter_effects_paused', retry),
      notPaused: () => transmitterRefusal('transmitter_not_paused'),
    },
  );
};
