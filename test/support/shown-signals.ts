/** Security events with every text that a page shows of them: a failing stream, held signals, and risk about an account. */
import { update } from '../../src/domain/ports/document-store.ts';
import { ACCOUNT_SIGNALS, type AccountSignal } from '../../src/domain/signals/receiver/account-signals.ts';
import { newPollState, type PollState, TRANSMITTER_POLLS } from '../../src/domain/signals/receiver/poll-state.ts';
import {
  SIGNALS,
  type Signal,
  TRANSMITTER_ACTIVITY,
  type TransmitterActivity,
} from '../../src/domain/signals/receiver/transmitter.ts';
import {
  SIGNAL_STREAM_STATES,
  SIGNAL_STREAMS,
  type SignalStream,
  type StreamState,
} from '../../src/domain/signals/transmitter/signal-stream.ts';
import type { Management } from './management.ts';
import type { RunningServer } from './running-server.ts';

const HOUR = 3600;

/** `account`: whom signals are about. The server sends nothing to the stream: another process holds its lock. */
export const shownSignals = async (
  { server, management }: { readonly server: RunningServer; readonly management: Management },
  { account, upstream }: { readonly account: string; readonly upstream: string },
) => {
  const { services } = server.behalf;
  const { documents, clock } = services;
  const now = clock.now();
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await management.call('POST', path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
    return String(answer.body['id']);
  };

  const client = await management.createClient({
    ...{ name: 'Client of the mail gateway', grant_types: ['client_credentials'] },
    authority: { [`${server.issuer}/ssf/v1`]: ['ssf.manage'] },
  });
  const receiver = await made('/signal-receivers', {
    ...{ name: 'Mail gateway', client: client.id, contact: 'Mail team', audience: 'https://mail.example.com' },
    ...{ subjects: [account], events: ['session_revoked', 'account_disabled'] },
  });
  const stream: SignalStream = {
    ...{ id: 'sgs_ofthemailgateway', receiver, description: 'Events for the gateway', removed: [] },
    delivery: { method: 'push', url: 'https://mail.example.com/events' },
    ...{ status: 'enabled', statusSetBy: 'receiver', reason: 'Back after an upgrade', createdAt: now, updatedAt: now },
  };
  const verifiedUrl = 'https://mail.example.com/events';
  await documents.collection<StreamState>(SIGNAL_STREAM_STATES).insert({
    ...{ id: stream.id, cursors: [], handed: [], own: [], enabledAt: now, failures: 3, delivered: 41, refused: 1 },
    ...{
      verifiedUrl,
      lockedBy: 'another process',
      lockedUntil: now + 24 * HOUR,
      dueAt: now + 24 * HOUR,
      failingSince: now - HOUR,
      lastFailureAt: now - 60,
    },
    ...{ lastFailure: 'status_not_ok', lastFailureStatus: 503, lastDeliveredAt: now - 2 * HOUR },
    lastRefusal: { jti: 'jti-1', error: 'invalid_request', description: 'No such person', at: now - 3 * HOUR },
  });
  await documents.collection<SignalStream>(SIGNAL_STREAMS).insert(stream);

  const transmitter = await made('/trusted-transmitters', {
    ...{ name: 'Risk engine', issuer: 'https://risk.example.com', jwks_uri: 'https://risk.example.com/jwks' },
    ...{ audience: 'https://behalf.example.com/signals', upstream, most_accounts: 1 },
  });
  // The server polls nothing: another process holds the lock.
  const lock = { lockedBy: 'another process', lockedUntil: now + 24 * HOUR };
  const polls = documents.collection<PollState>(TRANSMITTER_POLLS);
  await polls.insert({ ...newPollState(transmitter), ...lock });
  const polled = {
    ...{ poll_url: 'https://risk.example.com/poll', poll_seconds: 60 },
    ...{ poll_token_endpoint: 'https://risk.example.com/token', poll_client_id: 'behalf-example' },
  };
  const before = await management.call('GET', `/trusted-transmitters/${transmitter}`);
  const version = { 'if-match': String(before.headers.get('etag')) };
  const { status, text } = await management.call('PATCH', `/trusted-transmitters/${transmitter}`, polled, version);
  if (status !== 200) throw new Error(`no polled transmitter: ${text}`);
  await update(
    polls,
    transmitter,
    (state): PollState => ({
      ...{ ...state, failures: 3, acknowledged: 41, refused: 1, lastAnswerAt: now - HOUR, failingSince: now - HOUR },
      ...{
        lastFailure: { failure: 'token_client_refused', detail: 'invalid_client', status: 401 },
        lastFailureAt: now - 60,
        dueAt: now + 24 * HOUR,
      },
    }),
  );
  const signal: Omit<Signal, 'id' | 'key' | 'state'> = {
    ...{ transmitter, account, effects: ['record_risk', 'end_sessions'], level: 'high', at: now - 120 },
    ...{ createdAt: now, updatedAt: now, expiresAt: now + 24 * HOUR, event: 'session_revoked' },
  };
  const signals = documents.collection<Signal>(SIGNALS);
  await signals.insert({ ...signal, id: 'sgn_held', key: 'held', state: 'held' });
  await signals.insert({ ...signal, id: 'sgn_applied', key: 'applied', state: 'applied', createdAt: now - 60 });
  const { event: _, account: __, ...unknown } = signal;
  const noPerson = { id: 'sgn_unknown', key: 'unknown', state: 'no_effect', why: 'unknown_subject' } as const;
  await signals.insert({ ...unknown, ...noPerson, effects: [], createdAt: now - 120 });
  await documents.collection<TransmitterActivity>(TRANSMITTER_ACTIVITY).insert({
    ...{ id: transmitter, lastContactAt: now, deactivations: [{ account: 'acc_other', at: now }] },
    ...{ pausedAt: now, held: [account] },
  });
  await services.accounts.noteSignals(account, now + 24 * HOUR);
  await documents.collection<AccountSignal>(ACCOUNT_SIGNALS).insert({
    ...{ id: 'signal_about_the_account', account, transmitter, issuer: 'https://risk.example.com' },
    ...{ event: 'credential_compromise', level: 'high', at: now - 600, stepUpFrom: now - 600, until: now + 24 * HOUR },
  });
  return { receiver, stream: stream.id, transmitter };
};
