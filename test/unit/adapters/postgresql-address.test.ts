import { expect, test } from '@jest/globals';
import { postgresqlAddress } from '../../../adapters/postgresql/address.ts';
import { isOfStatement } from '../../../adapters/postgresql/failures.ts';
import { unfitnessOf } from '../../../adapters/postgresql/fitness.ts';
import { fieldKey, keyOf } from '../../../adapters/postgresql/stored-row.ts';
import { turns } from '../../../adapters/postgresql/turns.ts';
import { isStoreUnavailable } from '../../../src/domain/ports/document-store.ts';

const refusal = (url: string): string => {
  try {
    postgresqlAddress(url);
    return 'none';
  } catch (error) {
    expect(isStoreUnavailable(error)).toBe(true);
    return (error as Error).message;
  }
};

test('a URL names the server, the database and the schema', () => {
  expect(postgresqlAddress('postgresql://us%40er:p%2Fw@[::1]:6000/data?schema=other')).toEqual({
    ...{ host: '::1', port: 6000, user: 'us@er', password: 'p/w', database: 'data', schema: 'other', ssl: false },
  });
  const socket = { host: '/run/postgresql', port: 5432, user: 'u', database: 'behalf', schema: 'behalf', ssl: false };
  expect(postgresqlAddress('postgres:///?host=/run/postgresql&user=u')).toEqual(socket);
});

test('TLS verifies the host of any server that is not on this machine, and no URL turns that off', () => {
  const verified = { rejectUnauthorized: true };
  expect(postgresqlAddress('postgresql://db.example.com/x').ssl).toEqual(verified);
  expect(postgresqlAddress('postgresql://db.example.com/x?sslmode=verify-full').ssl).toEqual(verified);
  expect(postgresqlAddress('postgresql://127.0.0.1/x?sslmode=verify-full').ssl).toEqual(verified);
  expect(postgresqlAddress('postgresql://127.0.0.1/x?sslmode=disable').ssl).toBe(false);
  for (const mode of ['disable', 'allow', 'prefer', 'require', 'verify-ca']) {
    expect(refusal(`postgresql://db.example.com/x?sslmode=${mode}`)).toContain(`sslmode=${mode}`);
  }
  expect(refusal('postgresql://127.0.0.1/x?sslmode=require')).toContain('verify-full or disable');
  expect(refusal('postgresql://127.evil.example.com/x?sslmode=disable')).toContain('sslmode=disable');
  expect(refusal('postgresql://db.example.com/x?sslrootcert=/nowhere/ca.pem')).toContain('/nowhere/ca.pem');
});

test('a malformed URL is refused without its password', () => {
  for (const url of ['', 'mysql://u:secret@h/d', 'postgresql://u:secret@h:99999/d', 'secret']) {
    expect(refusal(url)).toContain('postgresql://USER:PASSWORD@HOST:PORT/DATABASE');
  }
  expect(refusal('postgresql://u:secret@h/d?options=-csearch_path%3Dx')).toContain('names options');
  expect(refusal('postgresql://u:secret@h/d?schema=a%3Bb')).toContain('schema');
  expect(refusal('postgresql://u:secret@h/d?schema=a%3Bb')).not.toContain('secret');
});

test('what a password with / or % would make of the URL is refused with how to write it', () => {
  for (const url of ['postgresql://u:100%@db/x', 'postgresql://u:1/secret@h/x', 'postgresql://h/a%2Fb']) {
    expect(refusal(url)).toContain('write %25 for %, %2F for / and %40 for @');
    expect(refusal(url)).not.toContain('secret');
  }
});

test('what the driver would look up elsewhere, or leave out, is refused', () => {
  expect(refusal('postgresql:///x?host=')).toContain('empty host');
  expect(refusal('postgresql://h/x?user=')).toContain('empty user');
  for (const mode of ['', '&sslmode=disable']) {
    expect(refusal(`postgresql://localhost/x?sslrootcert=/ca.pem${mode}`)).toContain('add sslmode=verify-full');
  }
  expect(refusal('postgresql://h/x?schema=pg_mine')).toContain('without pg_');
});

test('a connection stays after a refused statement in any language, and not after a break', () => {
  const answer = (code: string) => Object.assign(new Error('abgebrochen'), { severity: 'FEHLER', code });
  for (const code of ['23505', '40001', '57014', '53100']) expect(isOfStatement(answer(code))).toBe(true);
  for (const code of ['57P01', '57P03', '08006']) expect(isOfStatement(answer(code))).toBe(false);
  expect(isOfStatement(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))).toBe(false);
  expect(isOfStatement(undefined)).toBe(false);
});

test('turns go in the order of arrival, and end for those that waited too long', async () => {
  const turn = turns(1);
  expect(await turn.take()).toBe(true);
  expect(await turn.take(1)).toBe(false);
  const order: string[] = [];
  const waiting = ['a', 'b'].map((name) => turn.take().then(() => order.push(name)));
  turn.give();
  turn.give();
  await Promise.all(waiting);
  expect(order).toEqual(['a', 'b']);
  turn.give();
  expect(await turn.take(1)).toBe(true);
});

const FIT = { number: 150_000, version: '15.0', encoding: 'UTF8', standby: false };
const SETTINGS = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };

test('FT-03 a server is suitable from version 15 on, in UTF-8, as a primary that loses nothing', () => {
  const facts = { ...FIT, ...SETTINGS };
  expect(unfitnessOf(facts)).toBeUndefined();
  expect(unfitnessOf({ ...facts, synchronous_commit: 'remote_apply' })).toBeUndefined();
  expect(unfitnessOf({ ...facts, number: 140_012, version: '14.12' })).toContain('14.12: use 15 or newer');
  expect(unfitnessOf({ ...facts, encoding: 'SQL_ASCII' })).toContain('SQL_ASCII');
  expect(unfitnessOf({ ...facts, standby: true })).toContain('primary');
  for (const [setting, value] of [
    ['fsync', 'off'],
    ['full_page_writes', 'off'],
    ['synchronous_commit', 'off'],
    ['synchronous_commit', 'local'],
  ]) {
    expect(unfitnessOf({ ...facts, [String(setting)]: value })).toContain(`set ${setting}=on`);
  }
  expect(unfitnessOf({})).toContain('15 or newer');
});

test('keys are in the order of code points, and different for different texts', () => {
  const long = 'é'.repeat(300);
  const texts = ['', '\u0000', '\u0000a', '\u0001', '\u0001\u0001', '\u0002', 'a', 'a\u0000', 'a\u0001', 'ab', long];
  const keys = texts.map(keyOf);
  expect([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))).toEqual(keys);
  expect(new Set(keys).size).toBe(texts.length);
  expect(keys.every((key) => !key.includes('\u0000'))).toBe(true);
});

test('the key of a long text is short, and no short text has it', () => {
  for (const text of [
    'x'.repeat(10_240),
    '😀'.repeat(400),
    '\u0001'.repeat(600),
    `${'y'.repeat(438)}${'\u0001'.repeat(300)}`,
  ]) {
    const key = keyOf(text);
    expect(Buffer.byteLength(key)).toBeLessThanOrEqual(512);
    expect(key.isWellFormed()).toBe(true);
    expect(keyOf(key)).not.toBe(key);
    expect(keyOf(`${text}z`)).not.toBe(key);
  }
});

test('keys of members are in the order of numbers, texts and booleans', () => {
  const values = [Number.MIN_SAFE_INTEGER, -1, 0, 9, 10, Number.MAX_SAFE_INTEGER, '', '1', 'n', false, true];
  const keys = values.map(fieldKey);
  expect([...keys].sort()).toEqual(keys);
  expect(new Set(keys).size).toBe(values.length);
});
