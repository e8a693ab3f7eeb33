/** The parameter `authorization_details` of a request (RFC 9396 §2). */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { checkFits, detailsMember, requestDetails } from '../../../src/provider/requests/request-details.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';
import { exampleType } from '../../support/detail-types.ts';
import { movableClock } from '../delegation/fakes.ts';
import { resourceServer } from '../token-exchange/fakes.ts';

const PAYMENT = exampleType('payment');
const FILES = exampleType('file-access');
const BANK = resourceServer('rs_bank', 'https://bank.example', ['pay'], { detailTypes: [PAYMENT] });
const DISK = resourceServer('rs_disk', 'https://disk.example', ['read'], { detailTypes: [FILES] });
const TWIN = resourceServer('rs_twin', 'https://twin.example', ['pay'], { detailTypes: [PAYMENT] });
const FILE = { type: FILES.type, actions: ['read'], paths: ['/invoices'] };

const scene = () => {
  const clock = movableClock();
  const state = { servers: [BANK, DISK, TWIN], isDown: false, lists: 0 };
  const details = requestDetails({
    clock,
    resourceServers: {
      findByIdentifier: async (identifier) => {
        const document = state.servers.find((one) => one.identifier === identifier);
        return document && { document, version: 1 };
      },
      list: async () => {
        state.lists += 1;
        if (state.isDown) throw new StoreUnavailable('the line is dead');
        return { items: state.servers.map((document) => ({ document })) };
      },
    },
  });
  return { clock, state, details };
};

const context = (value: unknown, { resources = [DISK.identifier], type = 'code' as string | undefined } = {}) => {
  const req = new IncomingMessage(new Socket());
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  const params = { response_type: type, authorization_details: value };
  const resourceServers = Object.fromEntries(resources.map((one) => [one, {}]));
  return { req, oidc: { route: 'authorization', params, resourceServers } } as never;
};
const one = JSON.stringify([FILE]);

test.each([undefined, ''])(
  'a request without details, here %j, is not checked: its response type is for others',
  async (none) => {
    const { details } = scene();
    await details.check(context(none, { type: 'none' }));
    expect(await details.ofRequest(context(none, { resources: [] }))).toEqual({});
    expect([details.isNamed(context(none)), details.isNamed(context(one))]).toEqual([false, true]);
  },
);

test('details are for the response type code, or for a request that has none', async () => {
  const { details } = scene();
  await expect(details.check(context(one, { type: 'none' }))).rejects.toMatchObject({ error: 'invalid_request' });
  await details.check(context(one));
  await details.check(context(one, { type: undefined }));
});

test('each detail belongs to the requested resource that declares its type', async () => {
  const { details } = scene();
  const asked = context(one, { resources: [BANK.identifier, DISK.identifier] });
  expect(await details.ofRequest(asked)).toEqual({ [DISK.identifier]: [FILE] });
  // It is read once for each request.
  expect(await details.ofRequest(asked)).toBe(await details.ofRequest(asked));
});

test.each([
  ['sent twice', [one, one], [DISK.identifier], 'details_repeated'],
  ['without a resource', one, [], 'details_without_resource'],
  [
    'of a type that two resources declare',
    JSON.stringify([{ type: PAYMENT.type }]),
    [BANK.identifier, TWIN.identifier],
    'detail_type_ambiguous',
  ],
  ['of a type that no resource declares', one, [BANK.identifier], 'detail_type_unknown'],
])('details %s are refused', async (_, value, resources, reason) => {
  const { details } = scene();
  const refused = async () => details.ofRequest(context(value, { resources }));
  await expect(refused()).rejects.toMatchObject({
    reason,
    field: expect.stringMatching(/^(resource|authorization_details)/),
  });
});

test('the published types are those of active servers, each once, and five seconds old at most', async () => {
  const { details, state, clock } = scene();
  expect(await details.published()).toEqual([FILES.type, PAYMENT.type].sort());
  state.servers = [BANK, { ...DISK, state: 'disabled' } as never];
  clock.advance(4);
  expect(await details.published()).toHaveLength(2);
  clock.advance(1);
  expect(await details.published()).toEqual([PAYMENT.type]);
  expect(state.lists).toBe(2);
});

test('while the store cannot be read, the published types are the last ones', async () => {
  const { details, state, clock } = scene();
  state.isDown = true;
  expect(await details.published()).toEqual([]);
  state.isDown = false;
  expect(await details.published()).toHaveLength(2);
  state.isDown = true;
  clock.advance(60);
  expect(await details.published()).toHaveLength(2);
});

test('a JWT carries 3072 bytes of details; an opaque token any (RFC 9396 §9)', () => {
  const of = (bytes: number) => [
    { type: 'x', text: 'a'.repeat(bytes - JSON.stringify([{ type: 'x', text: '' }]).length) },
  ];
  checkFits({ ...BANK, accessTokenFormat: 'jwt' }, of(3072));
  checkFits({ ...BANK, accessTokenFormat: 'opaque' }, of(9000));
  expect(() => checkFits({ ...BANK, accessTokenFormat: 'jwt' }, of(3073))).toThrow(
    expect.objectContaining({ reason: 'details_exceed_token' }),
  );
  expect([detailsMember(undefined), detailsMember([]), detailsMember([FILE])]).toEqual([
    {},
    {},
    { authorization_details: [FILE] },
  ]);
});
