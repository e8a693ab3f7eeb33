/** Models of the pages about security events. Text that another party chose goes through `text`. */
import type { Html } from '../../../views/html.ts';
import {
  pauseStreamPage,
  type ReceiverRow,
  receiverPage,
  receiversPage,
  removeStreamPage,
  streamPage,
} from '../../../views/pages/console-signals.ts';
import {
  resumeTransmitterPage,
  type SignalRow,
  type TransmitterRow,
  transmitterPage,
  transmittersPage,
} from '../../../views/pages/console-transmitters.ts';
import type { StreamRow } from '../../../views/pages/stream-delivery.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';

const NOON = 1_790_000_000;

export const signalPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console/signals`;
  const list = { ...frame, action: home, asked: { search: '', state: '' }, pages: {} };
  const connection = [['issuer', text('https://id.example.com')]] as const;
  const receiver: ReceiverRow = {
    ...{ id: text('rcv_1'), href: `${home}/rcv_1`, name: text('Mail gateway'), state: 'active', subjects: 3 },
    client: { name: text('Client of the gateway'), href: home },
  };
  const stream: StreamRow = {
    ...{ id: text('sgs_1'), href: `${home}/streams/sgs_1`, receiver: { name: text('Mail gateway'), href: home } },
    ...{
      method: 'push',
      state: 'failing',
      waiting: 12,
      unread: 1200,
      oldestAt: NOON,
      deliveredAt: NOON,
      failedAt: NOON,
    },
    ...{ failure: 'address_not_allowed', failureStatus: 503 },
  };
  const facts = { setBy: 'server', isVerified: true, delivered: 41, refused: 1, removedSubjects: 2 } as const;
  const transmitter: TransmitterRow = {
    ...{ id: text('trm_1'), href: `${home}/trm_1`, name: text('Risk engine'), issuer: text('https://r.example.com') },
    ...{ upstream: text('Example Works'), state: 'active', lastContactAt: NOON, pausedAt: NOON, held: 2 },
  };
  const limits = { maxAge: 86_400, riskSeconds: 3600, mostAccounts: 20, mostAccountsPercent: 1 };
  const signal: SignalRow = {
    ...{ id: text('sgn_1'), event: 'session_revoked', person: { name: text('Bob'), href: home }, level: 'high' },
    ...{ at: NOON, effects: ['record_risk', 'end_sessions'], state: 'held', dropAction: `${home}/x/drop` },
  };
  return {
    receivers: receiversPage({ ...list, rows: [receiver, { ...receiver, subjects: 'all' }], streams: [stream] }),
    receiversWithoutStreams: receiversPage({ ...list, rows: [{ ...receiver, subjects: 0 }], streams: [] }),
    noReceivers: receiversPage({ ...list, rows: [], streams: [] }),
    receiver: receiverPage({
      ...frame,
      receiver: {
        ...{ ...receiver, contact: text('Mail team'), audience: text('https://mail.example.com'), isPersonal: true },
        ...{ events: ['session_revoked'], named: [{ name: text('Bob'), href: home }, { name: text('acc_2') }] },
        ...{ createdAt: NOON, updatedAt: NOON + 60 },
      },
      streams: [stream],
      connection,
      actions: [{ text: fieldWords.change, href: `${home}/x/edit` }],
      auditLogHref: home,
    }),
    receiverAlone: receiverPage({
      ...frame,
      receiver: {
        ...{ ...receiver, state: 'disabled', audience: text('app_1'), named: [], isPersonal: false },
        ...{ createdAt: NOON, updatedAt: NOON },
      },
      ...{ streams: [], connection, actions: [] },
    }),
    stream: streamPage({
      ...frame,
      stream: {
        ...{ ...stream, ...facts, failure: text('said_by_the_receiver'), description: text('Events'), node: text('a') },
        ...{
          endpoint: text('https://mail.example.com/events'),
          reason: text('Noise'),
          failingSince: NOON,
          dueAt: NOON,
        },
        refusal: { error: text('invalid_request'), description: text('No such person'), at: NOON },
        ...{ events: ['session_revoked', 'agent_killed'], createdAt: NOON },
      },
      actions: [{ text: fieldWords.change, action: `${home}/x/resume`, kind: 'primary' }],
      auditLogHref: home,
    }),
    streamPaused: streamPage({
      ...frame,
      stream: { ...stream, ...facts, state: 'paused', events: [], createdAt: NOON, method: 'poll' },
      actions: [],
    }),
    streamUnverified: streamPage({
      ...frame,
      stream: {
        ...{
          id: 'sgs_2',
          href: home,
          receiver: { name: 'x' },
          method: 'push',
          state: 'unverified',
          waiting: 0,
          unread: 0,
        },
        ...{
          ...facts,
          setBy: 'receiver',
          isVerified: false,
          refused: 0,
          removedSubjects: 0,
          events: [],
          createdAt: NOON,
        },
      },
      actions: [],
    }),
    pauseStream: pauseStreamPage(frame, { href: home, receiver: text('Mail gateway') }),
    removeStream: removeStreamPage(frame, { href: home, receiver: text('Mail gateway'), stream }),
    transmitters: transmittersPage({ ...list, rows: [transmitter] }),
    noTransmitters: transmittersPage({ ...list, rows: [] }),
    transmitter: transmitterPage({
      ...{ ...frame, auditLogHref: home, isMoreHeld: true, held: [signal, { ...signal, id: 'sgn_2' }] },
      transmitter: {
        ...{ ...transmitter, ...limits, jwksUri: text('https://r.example.com/jwks'), audience: text('aud') },
        ...{ affected: 3, allowed: 2, expects: text('state'), verifiedAt: NOON, createdAt: NOON, updatedAt: NOON + 1 },
        effects: [
          { event: 'session_revoked', effects: ['record_risk'] },
          { event: 'account_enabled', effects: [] },
        ],
      },
      signals: [
        { ...signal, state: 'applied' },
        { id: 'sgn_3', at: NOON, effects: [], state: 'no_effect', why: 'unknown_subject' },
      ],
      actions: [{ text: fieldWords.change, href: `${home}/x/resume`, kind: 'primary' }],
    }),
    transmitterAlone: transmitterPage({
      ...frame,
      transmitter: {
        ...{ id: 'trm_2', href: home, name: text('Other'), issuer: 'https://o.example.com', upstream: 'x' },
        ...{ state: 'disabled', held: 0, ...limits, audience: 'aud', affected: 0, allowed: 0, effects: [] },
        ...{ createdAt: NOON, updatedAt: NOON },
      },
      ...{ held: [], isMoreHeld: false, signals: [], actions: [] },
    }),
    transmitterPolled: transmitterPage({
      ...frame,
      transmitter: {
        ...{ ...transmitter, ...limits, isFailing: true, audience: text('aud'), affected: 0, allowed: 0, effects: [] },
        ...{ createdAt: NOON, updatedAt: NOON },
        polls: {
          ...{ url: text('https://r.example.com/poll'), interval: 60, answeredAt: NOON, acknowledged: 7, refused: 1 },
          ...{ failed: { failure: text('unauthorized'), status: 401, at: NOON }, failingSince: NOON, dueAt: NOON },
          node: text('a'),
        },
      },
      ...{ held: [], isMoreHeld: false, signals: [], actions: [] },
    }),
    transmitterPolledByClient: transmitterPage({
      ...frame,
      transmitter: {
        ...{ ...transmitter, ...limits, isFailing: true, audience: text('aud'), affected: 0, allowed: 0, effects: [] },
        ...{ createdAt: NOON, updatedAt: NOON },
        polls: {
          ...{ url: text('https://r.example.com/poll'), interval: 0, acknowledged: 7, refused: 0, failingSince: NOON },
          tokens: { endpoint: text('https://r.example.com/token'), client: text('behalf-here') },
          failed: { failure: 'token_client_refused', detail: text('invalid_client'), status: 401, at: NOON },
        },
      },
      ...{ held: [], isMoreHeld: false, signals: [], actions: [] },
    }),
    transmitterPolledNever: transmitterPage({
      ...frame,
      transmitter: {
        ...{ ...transmitter, ...limits, audience: 'aud', affected: 0, allowed: 0, effects: [] },
        ...{ createdAt: NOON, updatedAt: NOON },
        polls: { url: 'https://r.example.com/poll', interval: 0, acknowledged: 0, refused: 0 },
      },
      ...{ held: [], isMoreHeld: false, signals: [], actions: [] },
    }),
    resumeTransmitter: resumeTransmitterPage(frame, { href: home, name: text('Risk engine'), held: 12 }),
    resumeTransmitterOfOne: resumeTransmitterPage(frame, { href: home, name: 'x', held: 1 }),
  };
};
