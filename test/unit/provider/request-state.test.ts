import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { noteAnnounced, noteDecided, noteFacts, requestEvent } from '../../../src/provider/seam/request-event.ts';
import { factsOf } from '../../../src/provider/seam/request-facts.ts';
import { beginRequest, requestState } from '../../../src/provider/seam/request-state.ts';
import { unitOf } from '../../../src/provider/seam/token-request-unit.ts';

const FACTS = { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 7 };
const message = (): IncomingMessage => new IncomingMessage(new Socket());
const begun = (): IncomingMessage => {
  const request = message();
  beginRequest(request, FACTS);
  return request;
};

test('a request and every context of it have one state, which holds the facts of the front guard', () => {
  const request = begun();
  const state = requestState(request);
  expect(requestState({ req: request })).toBe(state);
  expect(factsOf(request)).toBe(state);
  expect(state).toMatchObject(FACTS);
  expect(unitOf({ req: request })).toBe(unitOf(request));
});

test('two requests share nothing, and a later one has a later turn', () => {
  const [one, other] = [begun(), begun()];
  requestState(one).isSenderKnown = true;
  noteFacts(one, { subject: 'acc_1' });
  expect(requestState(other)).toMatchObject({ isSenderKnown: false, noted: undefined });
  expect(requestState(other).turn).toBeGreaterThan(requestState(one).turn);
  expect(unitOf(other)).not.toBe(unitOf(one));
});

test('a request that did not pass the front guard has no state', () => {
  expect(() => requestState(message())).toThrow('beginRequest was not called');
  expect(() => requestState({ req: message() })).toThrow(TypeError);
  expect(factsOf(message()).id).toBe('req_unknown');
});

test('the event of a request: a decision over what was noted, that over the result, that over what was sent', () => {
  const request = begun();
  const members = { resource: 'sent', grant: 'sent', subject: 'sent', txn: 'sent' };
  noteFacts(request, { subject: 'first', txn: 'first' });
  noteFacts(request, { subject: 'noted' });
  const event = requestEvent(
    request,
    { type: 'token.issued', outcome: 'granted' },
    { sent: members, result: { grant: 'result', subject: 'result', txn: 'result' }, decided: { txn: 'decided' } },
  );
  expect(event).toEqual({
    type: 'token.issued',
    outcome: 'granted',
    request: 'req_1',
    resource: 'sent',
    grant: 'result',
    subject: 'noted',
    txn: 'decided',
    personal: { source: '192.0.2.1' },
  });
});

test('no part replaces the request, type, outcome or error of its event', () => {
  const request = begun();
  noteFacts(request, { request: 'req_2', type: 'token.issued', outcome: 'granted', error: 'none' });
  const kind = { type: 'token.refused', outcome: 'refused', error: 'invalid_grant' } as const;
  expect(requestEvent(request, kind, { sent: {} })).toMatchObject({ ...kind, request: 'req_1' });
});

test('inputs and personal values of all parts are merged', () => {
  const request = begun();
  noteFacts(request, { inputs: { a: 'noted', b: 'noted' }, personal: { message: 'noted' } });
  noteDecided(request, { inputs: { b: 'decided' } });
  const event = requestEvent(
    request,
    { type: 'token.refused', outcome: 'refused' },
    { sent: {}, result: { inputs: { a: 'result', c: 'result' }, personal: { device: '192.0.2.9' } } },
  );
  expect(event.inputs).toEqual({ a: 'noted', b: 'decided', c: 'result' });
  expect(event.personal).toEqual({ source: '192.0.2.1', device: '192.0.2.9', message: 'noted' });
});

test('AU-01 a refusal names the token that was announced before it, and an event without inputs has none', () => {
  const request = begun();
  const token = { id: 'tok_1', format: 'jwt', expiresAt: 9 } as const;
  noteAnnounced(request, token);
  const event = requestEvent(request, { type: 'token.refused', outcome: 'refused' }, { sent: { caller: 'app_1' } });
  expect(event).toEqual({
    type: 'token.refused',
    outcome: 'refused',
    request: 'req_1',
    caller: 'app_1',
    token,
    personal: { source: '192.0.2.1' },
  });
});
