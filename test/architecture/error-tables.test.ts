/** Every refusal of the domain has an answer on both surfaces. The compiler says so too; this says what it is. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Context } from 'koa';
import { signInRefusal } from '../../src/domain/identity/accounts/sign-in-refusals.ts';
import { DomainError, type DomainErrorCode } from '../../src/domain/vocabulary/errors.ts';
import { fieldRefusal } from '../../src/domain/vocabulary/field-refusals.ts';
import { fieldError, invalidFields, sendProblem } from '../../src/http/problem.ts';
import { type ProtocolError, protocolError } from '../../src/provider/seam/oauth-errors.ts';

const source = readFileSync(resolve(import.meta.dirname, '../../src/domain/vocabulary/errors.ts'), 'utf8');
const union = /export type DomainErrorCode =([^;]*);/.exec(source)?.[1] ?? '';
const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code as DomainErrorCode);

const asProblem = (error: unknown) => {
  const ctx = { state: { requestId: 'req_a' }, set: () => undefined };
  sendProblem(ctx as unknown as Context, error, () => undefined);
  const { status, body } = ctx as unknown as { status: number; body: string };
  return { status, ...(JSON.parse(body) as { type: string; title: string; detail: string }) };
};

test('the set is the one in the source', () => {
  expect(codes.length).toBeGreaterThan(10);
  expect(new Set(codes).size).toBe(codes.length);
});

describe.each(codes)('%s', (code) => {
  const error = new DomainError(code, 'told to the caller', { detail: 'for the log only' });

  test('is an OAuth error with a text and a status of its own (RFC 6749 §5.2)', () => {
    const made = protocolError(error) as ProtocolError;
    expect(made.error).toMatch(/^[a-z_]+$/);
    expect(made.error_description).toBe('told to the caller');
    expect(made.status).toBeGreaterThanOrEqual(400);
    expect(made.status === 503).toBe(code === 'unavailable');
  });

  test('is a problem whose type is the code (RFC 9457 §3.1)', () => {
    const problem = asProblem(error);
    expect(problem.type).toBe(`urn:behalf:problem:${code}`);
    expect(problem.title).not.toBe('');
    expect(problem.status).toBeGreaterThanOrEqual(400);
    expect(problem.status === 503).toBe(code === 'unavailable');
    expect(JSON.stringify(problem)).not.toContain('for the log only');
  });
});

test('a refusal of a table names its reason, and no parameters beside its text', () => {
  const refusal = signInRefusal('password_too_short', { params: { least: 12 }, field: '/password' });
  expect(asProblem(refusal)).toEqual({
    status: 400,
    type: 'urn:behalf:problem:invalid_field',
    title: 'A member of the request is not valid',
    detail: 'A password has at least 12 characters.',
    instance: 'urn:behalf:request:req_a',
    reason: 'password_too_short',
    errors: [{ pointer: '/password', detail: 'A password has at least 12 characters.' }],
  });
  const several = invalidFields([
    fieldError({ pointer: '/a' }, fieldRefusal('text_too_long', { params: { most: 3 } })),
  ]);
  expect(asProblem(several)).toMatchObject({ reason: 'text_too_long' });
  expect(asProblem(several)).toHaveProperty('errors', [
    { pointer: '/a', detail: 'This text has at most 3 characters.' },
  ]);
});

test('an unforeseen error is a failure of ours and says nothing of itself', () => {
  const problem = asProblem(new Error('connection to /var/lib/secret failed'));
  expect(problem.status).toBe(500);
  expect(JSON.stringify(problem)).not.toContain('secret');
});
