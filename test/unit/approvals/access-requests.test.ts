/** What a caller of an access request learns where no approver can be asked (Error Responses). */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { accessRequests } from '../../../src/domain/approvals/authzen/access-requests.ts';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { countedIdentifiers, ISSUER, movableClock, START } from '../delegation/fakes.ts';
import { resourceServer } from '../token-exchange/fakes.ts';
import { action } from './fakes.ts';

const BANK = resourceServer('rs_bank', 'https://bank.example', ['pay']);
const UNTIL = START + 600;

/** Submits an access request for a denial that an approval can lift; preparing the approval fails with `error`. */
const submitted = async (error: Error): Promise<unknown> => {
  const requests = accessRequests({
    documents: memoryDocumentStore('refused'),
    clock: movableClock(),
    identifiers: countedIdentifiers(),
    ids: { read: () => ({ decision: 'dec_1', expiresAt: UNTIL, seal: '' }), isOf: () => true },
    decisions: {
      decided: async () => ({
        acting: { facts: { server: BANK, caller: { id: 'agt_a' } } },
        wanted: {},
        denied: { reason: 'approval_required' },
      }),
    },
    approvals: { intentionOf: () => ({ chain: action().chain }) },
    asking: { prepare: () => Promise.reject(error) },
    endpoint: `${ISSUER}/access/v1`,
    inbox: `${ISSUER}/approvals`,
  } as unknown as Parameters<typeof accessRequests>[0]);
  const body = {
    subject: { type: 'agent', id: 'agt_a' },
    action: { name: 'pay' },
    resource: { type: 'resource_server', id: BANK.identifier },
    denial: { evaluation_id: 'dec_1', expires_at: new Date(UNTIL * 1000).toISOString() },
  };
  return requests.submit(BANK, body, { request: 'req_1' }).catch((thrown: unknown) => thrown);
};

test('where no approver can be asked, the access is not requestable, and the problem says why', async () => {
  const problem = await submitted(new DomainError('access_denied', 'The only approver left.'));
  expect(problem).toMatchObject({
    name: 'AccessRequestProblem',
    code: 'not_requestable',
    message: 'The only approver left.',
  });
});

test.each([
  ['a limit of approvals (AP-05)', new DomainError('too_many_requests', 'Too many are open.')],
  ['a store that is unavailable', new StoreUnavailable('the line is dead')],
])('%s keeps its own error: the caller may try again later', async (_, error) => {
  expect(await submitted(error)).toBe(error);
});

const QUESTION = {
  subject: { type: 'agent', id: 'agt_a' },
  action: { name: 'pay' },
  resource: { type: 'resource_server', id: BANK.identifier },
};
const bodyOf = (more: object = {}) => ({
  ...QUESTION,
  denial: { evaluation_id: 'dec_1', expires_at: new Date(UNTIL * 1000).toISOString() },
  ...more,
});

type Answers = {
  readonly evaluation?: object | undefined;
  readonly isOf?: boolean;
  readonly decided?: object;
  readonly intention?: object | undefined;
  readonly prepared?: object | undefined;
  readonly told?: number;
  readonly states?: Readonly<Record<string, object>>;
  readonly withdraw?: (id: string) => Promise<void>;
};

/** Access requests over approvals that are given by `answers`. `did`: what was asked of other parts, in order. */
const scene = (answers: Answers = {}) => {
  const did: unknown[] = [];
  const clock = movableClock();
  let asked = 0;
  const documents = memoryDocumentStore('refused');
  const approvalOf = (id: string) => ({ ...action(), id, expiresAt: UNTIL, state: 'pending', ...answers.states?.[id] });
  const requests = accessRequests({
    documents,
    clock,
    identifiers: countedIdentifiers(),
    masterKey: { ordered: (...values: readonly string[]) => [values.join(' ')] },
    service: {
      getMany: async (ids: readonly string[]) => ids.map(approvalOf),
      settings: { redeemSeconds: 100 },
      requested: {
        async withdraw(id: string) {
          did.push(['withdraw', id]);
          await answers.withdraw?.(id);
        },
      },
    },
    asking: {
      prepare: async (wanted: object) => {
        did.push(['prepare', wanted]);
        return 'prepared' in answers ? answers.prepared : wanted;
      },
      checkRoom: async (all: readonly unknown[]) => did.push(['room', all.length]),
      async askPrepared(_: object, __: string, { isCounted }: { readonly isCounted: boolean }) {
        asked += 1;
        did.push(['ask', isCounted]);
        return { approval: approvalOf(`apr_${asked}`), isJoined: false };
      },
    },
    decisions: {
      decided: async () => ({
        acting: { facts: { server: BANK, caller: { id: 'agt_a' } } },
        wanted: {},
        denied: { reason: 'approval_required' },
        ...answers.decided,
      }),
    },
    approvals: { intentionOf: () => ('intention' in answers ? answers.intention : { chain: action().chain }) },
    ids: {
      read: () => ('evaluation' in answers ? answers.evaluation : { decision: 'dec_1', expiresAt: UNTIL, seal: '' }),
      isOf: () => answers.isOf ?? true,
    },
    pace: { poll: async () => answers.told },
    callbacks: { endpointOf: async () => undefined, remember: async () => did.push('callback') },
    pollIntervalSeconds: 5,
    endpoint: `${ISSUER}/access/v1`,
    inbox: `${ISSUER}/approvals`,
  } as unknown as Parameters<typeof accessRequests>[0]);
  const submit = (body: object = bodyOf(), key?: string) =>
    requests.submit(BANK, body as never, { request: 'req_1', key });
  return { requests, submit, did, clock, documents };
};

test.each<[string, string, Answers]>([
  ['an unknown evaluation', 'not_requestable', { evaluation: undefined }],
  ['an evaluation that ends in this second', 'expired_denial', { evaluation: { decision: 'dec_1', expiresAt: START } }],
  [
    'a question without an answer',
    'not_requestable',
    { decided: { acting: undefined, denied: { reason: 'unknown' } } },
  ],
  ['nothing to want', 'not_requestable', { decided: { wanted: undefined } }],
  ['another question', 'invalid_denial_binding', { isOf: false }],
  ['another end', 'invalid_denial_binding', { evaluation: { decision: 'dec_1', expiresAt: UNTIL + 1 } }],
  ['a permit', 'not_requestable', { decided: { denied: undefined } }],
  ['a denial that no approval lifts', 'not_requestable', { decided: { denied: { reason: 'scope_not_available' } } }],
  ['no action to approve', 'not_requestable', { intention: undefined }],
  ['no approver', 'not_requestable', { prepared: undefined }],
])('%s is a problem (%s), before an approver is asked', async (_, code, answers) => {
  const { submit, did } = scene(answers);
  await expect(submit()).rejects.toMatchObject({ name: 'AccessRequestProblem', code });
  expect(did.filter((call) => (call as readonly unknown[])[0] === 'ask')).toEqual([]);
});

test('one request is asked once for its key; another body is refused, and a forgotten key is free again', async () => {
  const { submit, did, clock } = scene();
  const first = await submit(bodyOf(), 'key');
  expect(first).toMatchObject({ isOver: false, shown: { task: { status: 'pending' } } });
  expect(did.at(-1)).toEqual(['ask', false]);
  expect(await submit(bodyOf(), 'key')).toEqual(first);
  expect(did).toHaveLength(2);
  await expect(submit(bodyOf({ context: { a: 1 } }), 'key')).rejects.toMatchObject({ code: 'duplicate_request' });
  await submit();
  expect(did).toHaveLength(4);
  clock.advance(600 + 100 + 2 * 86_400 - 1);
  await expect(submit(bodyOf({ context: { a: 1 } }), 'key')).rejects.toMatchObject({ code: 'duplicate_request' });
  clock.advance(1);
  await expect(submit(bodyOf(), 'key')).rejects.toMatchObject({ code: 'expired_denial' });
});

const idOf = ({ shown }: { readonly shown: object }): string => JSON.stringify(shown).match(/arq_\w+/)?.[0] ?? '';

test('a task is polled at a pace while it is pending, and never by another resource server', async () => {
  const { submit, requests } = scene({ told: 10 });
  const id = idOf(await submit());
  await expect(requests.status(BANK, id)).rejects.toMatchObject({ code: 'slow_down', retryAfterSeconds: 10 });
  const other = { ...BANK, id: 'rs_other' };
  for (const [server, task] of [
    [other, id],
    [BANK, 'arq_none'],
    [BANK, 'no id'],
  ] as const) {
    await expect(requests.status(server, task)).rejects.toMatchObject({ code: 'unknown_task' });
  }
  const quiet = scene();
  const pending = await quiet.submit();
  expect(await quiet.requests.status(BANK, idOf(pending))).toEqual(pending);
  const over = scene({ told: 10, states: { apr_1: { state: 'denied' } } });
  const denied = await over.submit();
  expect(denied.isOver).toBe(true);
  expect(await over.requests.status(BANK, idOf(denied))).toEqual(denied);
});

test('a task ends when its approvals can no longer be redeemed, and is forgotten two days later', async () => {
  const { submit, requests, clock } = scene();
  const id = idOf(await submit());
  for (const [seconds, code] of [
    [699, undefined],
    [1, 'task_expired'],
    [2 * 86_400 - 1, 'task_expired'],
    [1, 'unknown_task'],
  ] as const) {
    clock.advance(seconds);
    const status = requests.status(BANK, id);
    if (code === undefined) await status;
    else await expect(status).rejects.toMatchObject({ code });
  }
});

test('what is open of a task is withdrawn; where nothing is, there is nothing to cancel', async () => {
  const { submit, requests, did } = scene();
  const id = idOf(await submit());
  await requests.cancel(BANK, id, 'req_2');
  expect(did.at(-1)).toEqual(['withdraw', 'apr_1']);
  const over = scene({ states: { apr_1: { state: 'denied' } } });
  const denied = idOf(await over.submit());
  await expect(over.requests.cancel(BANK, denied, 'req_2')).rejects.toMatchObject({ code: 'invalid_task_state' });
  expect(over.did.at(-1)).toEqual(['ask', false]);
  const raced = scene({ withdraw: () => Promise.reject(new DomainError('conflict', 'It is decided.')) });
  const decided = idOf(await raced.submit());
  await expect(raced.requests.cancel(BANK, decided, 'req_2')).rejects.toMatchObject({ code: 'invalid_task_state' });
  const failure = new StoreUnavailable('down');
  const broken = scene({ withdraw: () => Promise.reject(failure) });
  await expect(broken.requests.cancel(BANK, idOf(await broken.submit()), 'req_2')).rejects.toBe(failure);
});
