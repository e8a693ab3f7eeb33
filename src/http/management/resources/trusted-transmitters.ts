/** Resource: trusted transmitters of security events (Shared Signals), and the signals that they sent. */

import type { AccountReader } from '../../../domain/identity/accounts/account-reader.ts';
import {
  allowedBy,
  type DeactivationBrake,
  WINDOW_SECONDS,
} from '../../../domain/identity/directories/deactivation-brake.ts';
import type { Clock } from '../../../domain/ports/clock.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import type { AccountSignals } from '../../../domain/signals/receiver/account-signals.ts';
import { pollRemedyOf } from '../../../domain/signals/receiver/poll-failures.ts';
import { newPollState, type PollState, type PollStates } from '../../../domain/signals/receiver/poll-state.ts';
import type { SignalReceiver } from '../../../domain/signals/receiver/signal-receiver.ts';
import type { SignalRecords } from '../../../domain/signals/receiver/signal-records.ts';
import {
  SIGNAL_STATES,
  type Signal,
  type Transmitter,
  type TransmitterActivity,
} from '../../../domain/signals/receiver/transmitter.ts';
import type { TransmitterRegistry } from '../../../domain/signals/receiver/transmitter-registry.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf, sameVersion } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, route, SPEAKS_FOR_PEOPLE, scopes, stateFilter } from '../route.ts';
import { show } from '../wire-names.ts';
import {
  ACCOUNT_SIGNALS,
  ACTIVITY,
  NEW_TRANSMITTER,
  RESUMPTION,
  SIGNAL,
  SIGNAL_PAGE,
  TRANSMITTER,
  TRANSMITTER_CHANGE,
  TRANSMITTER_PAGE,
} from './transmitter-schemas.ts';

const SCOPES = scopes('transmitters', {
  read: ['See trusted transmitters and the security events that they sent', 'medium'],
  write: ['Decide which systems may end sessions and suspend agents by security events', 'critical'],
});

const make = about('trusted transmitters', SCOPES);
const CLOSES = { roles: ADMINISTRATORS } as const;

const routes = {
  createTrustedTransmitter: make.create(
    '/trusted-transmitters',
    NEW_TRANSMITTER,
    TRANSMITTER,
    'Trust a transmitter of security events. Its authorization is shown only once',
    SPEAKS_FOR_PEOPLE,
  ),
  listTrustedTransmitters: make.read(
    '/trusted-transmitters',
    TRANSMITTER_PAGE,
    'List trusted transmitters, newest first',
    {
      query: PAGE,
    },
  ),
  getTrustedTransmitter: make.read('/trusted-transmitters/{id}', TRANSMITTER, 'Read a trusted transmitter'),
  updateTrustedTransmitter: make.change(
    '/trusted-transmitters/{id}',
    TRANSMITTER_CHANGE,
    TRANSMITTER,
    'Change members of a trusted transmitter',
    SPEAKS_FOR_PEOPLE,
  ),
  disableTrustedTransmitter: make.act(
    '/trusted-transmitters/{id}/disable',
    TRANSMITTER,
    'Disable a trusted transmitter. The server refuses what it sends; what its events did stays',
    CLOSES,
  ),
  enableTrustedTransmitter: make.act(
    '/trusted-transmitters/{id}/enable',
    TRANSMITTER,
    'Enable a trusted transmitter again',
    SPEAKS_FOR_PEOPLE,
  ),
  rotateTransmitterSecret: make.act(
    '/trusted-transmitters/{id}/rotate-secret',
    TRANSMITTER,
    'Replace the secret of a trusted transmitter. The former one is invalid at once; the new authorization is shown only once',
    SPEAKS_FOR_PEOPLE,
  ),
  expectTransmitterVerification: make.act(
    '/trusted-transmitters/{id}/expect-verification',
    TRANSMITTER,
    'Create the state with which to request a verification event from the transmitter',
    CLOSES,
  ),
  getTransmitterActivity: make.read(
    '/trusted-transmitters/{id}/activity',
    ACTIVITY,
    'Read the last contact of a trusted transmitter, its polls, and whether its effects are paused',
  ),
  resumeTransmitter: route({
    method: 'POST',
    path: '/trusted-transmitters/{id}/resume',
    tag: 'trusted transmitters',
    summary: 'Resume the effects of a trusted transmitter, and apply its held signals, oldest first',
    scope: SCOPES.write,
    policy: 'administer',
    ...SPEAKS_FOR_PEOPLE,
    body: RESUMPTION,
    answer: ACTIVITY,
    status: 200,
  }),
  listSignals: make.read(
    '/trusted-transmitters/{id}/signals',
    SIGNAL_PAGE,
    'List signals of a trusted transmitter, newest first',
    {
      query: { ...PAGE, state: stateFilter(SIGNAL_STATES) },
    },
  ),
  getSignal: make.read('/signals/{id}', SIGNAL, 'Read a signal'),
  listAccountSignals: make.read(
    '/accounts/{id}/signals',
    ACCOUNT_SIGNALS,
    'List the signals about an account that policies see now as `context.signals`',
  ),
  discardSignal: make.act(
    '/signals/{id}/discard',
    SIGNAL,
    'Discard a held signal. It has no effect',
    SPEAKS_FOR_PEOPLE,
  ),
};

type Dependencies = {
  readonly transmitters: TransmitterRegistry;
  readonly signals: Pick<SignalReceiver, 'resume' | 'discard'>;
  readonly signalRecords: Pick<SignalRecords, 'get' | 'list'>;
  readonly transmitterBrake: Pick<DeactivationBrake, 'activity'>;
  readonly pollStates: Pick<PollStates, 'get'>;
  readonly accounts: Pick<AccountReader, 'get'>;
  readonly accountSignals: Pick<AccountSignals, 'lasting'>;
  readonly clock: Clock;
};

const SHOWN = [
  'id',
  'name',
  'issuer',
  'jwksUri',
  'audience',
  'upstream',
  'effects',
  'maxAge',
  'riskSeconds',
  'mostAccounts',
  'mostAccountsPercent',
  'pollUrl',
  'pollSeconds',
  'state',
  'verificationState',
  'verifiedAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Transmitter)[];
const SHOWN_OF_SIGNAL = [
  'id',
  'transmitter',
  'event',
  'account',
  'effects',
  'level',
  'at',
  'txn',
  'state',
  'why',
  'createdAt',
  'updatedAt',
  'expiresAt',
] as const satisfies readonly (keyof Signal)[];

const showTokenClient = ({ pollTokenClient: client }: Transmitter) =>
  client && {
    ...{ poll_token_endpoint: client.tokenEndpoint, poll_client_id: client.clientId },
    poll_client_authentication: client.authentication,
    ...(client.audience === undefined ? {} : { poll_client_audience: client.audience }),
    ...(client.scope === undefined ? {} : { poll_scope: client.scope }),
    ...(client.resource === undefined ? {} : { poll_resource: client.resource }),
  };

const showTransmitter = (transmitter: Transmitter) => ({
  ...show(transmitter, SHOWN),
  ...showTokenClient(transmitter),
  delivery: transmitter.delivery ?? ('push' as const),
});
const showSignal = (signal: Signal) => show(signal, SHOWN_OF_SIGNAL);

/** Only the failure of now has a remedy. */
const showPolls = ({ lastFailure, failingSince, dueAt, lockedBy, ...state }: PollState) => ({
  ...{ last_answer_at: state.lastAnswerAt, acknowledged: state.acknowledged, refused: state.refused },
  ...{ failing_since: failingSince, last_failure: lastFailure?.failure, last_failure_status: lastFailure?.status },
  last_failure_detail: lastFailure?.detail,
  last_failure_at: state.lastFailureAt,
  remedy: failingSince === undefined || lastFailure === undefined ? undefined : pollRemedyOf(lastFailure),
  ...{ due_at: dueAt, node: lockedBy },
});

const showActivity = (activity: TransmitterActivity | undefined, polls: PollState | undefined, now: number) => ({
  last_contact_at: activity?.lastContactAt,
  affected: (activity?.deactivations ?? []).filter(({ at }) => now - at < WINDOW_SECONDS).length,
  paused_at: activity?.pausedAt,
  held: activity?.held ?? [],
  more_held: activity?.isMoreHeld === true,
  allowed: allowedBy(activity, now),
  ...(polls === undefined ? {} : { polls: showPolls(polls) }),
});

const handlers = ({
  transmitters,
  signals,
  signalRecords: records,
  transmitterBrake,
  pollStates,
  accounts,
  accountSignals,
  clock,
}: Dependencies): Handlers<typeof routes> => {
  const found = async ({ id }: Pick<Call, 'id'>): Promise<Versioned<Transmitter>> =>
    existing(await transmitters.get(id));
  const activityOf = async ({ id, delivery }: Transmitter) => {
    const polls = delivery === 'poll' ? ((await pollStates.get(id)) ?? newPollState(id)) : undefined;
    return { body: showActivity(await transmitterBrake.activity(id), polls, clock.now()) };
  };
  const withSecret = ({ secret, ...stored }: Versioned<Transmitter> & { readonly secret: string }) =>
    objectAnswer(stored, (transmitter) => ({ ...showTransmitter(transmitter), authorization: `Bearer ${secret}` }));

  return {
    createTrustedTransmitter: async ({ body, by }) => withSecret(await transmitters.create(body, by)),
    listTrustedTransmitters: async (call) => pageAnswer(await transmitters.list(pageOf(call)), showTransmitter),
    getTrustedTransmitter: async (call) => objectAnswer(await found(call), showTransmitter),

    async updateTrustedTransmitter(call) {
      sameVersion(await found(call), call);
      return objectAnswer(await transmitters.update(call.id, call.version, call.body, call.by), showTransmitter);
    },

    disableTrustedTransmitter: async ({ id, by }) => objectAnswer(await transmitters.disable(id, by), showTransmitter),
    enableTrustedTransmitter: async ({ id, by }) => objectAnswer(await transmitters.enable(id, by), showTransmitter),
    rotateTransmitterSecret: async ({ id, by }) => withSecret(await transmitters.rotateSecret(id, by)),
    expectTransmitterVerification: async ({ id, by }) =>
      objectAnswer(await transmitters.expectVerification(id, by), showTransmitter),

    async getTransmitterActivity(call) {
      return activityOf((await found(call)).document);
    },

    async resumeTransmitter(call) {
      const { document } = await found(call);
      await signals.resume(document, call.body.allowed, call.by);
      return activityOf(document);
    },

    async listSignals(call) {
      await found(call);
      const { state } = call.query;
      const query = { ...pageOf(call), transmitter: call.id, ...(state === undefined ? {} : { state }) };
      return pageAnswer(await records.list(query), showSignal);
    },

    async listAccountSignals({ id }) {
      const { document: account } = existing(await accounts.get(id));
      const items = (await accountSignals.lasting(account, clock.now())).map((signal) =>
        show(signal, ['transmitter', 'issuer', 'event', 'level', 'at', 'stepUpFrom', 'until']),
      );
      return { body: { items } };
    },

    getSignal: async ({ id }) => objectAnswer(existing(await records.get(id)), showSignal),
    discardSignal: async ({ id, by }) => objectAnswer(await signals.discard(id, by), showSignal),
  };
};

export const trustedTransmitters = resource(routes, handlers);
