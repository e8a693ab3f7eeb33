import { describe, expect, test } from '@jest/globals';
import {
  alternativeNames,
  distinguishedName,
  isSameName,
  plainIp,
  subjectName,
} from '../../../src/domain/platform/certificates/certificate-names.ts';

describe('alternative names', () => {
  test('are read by kind', () => {
    expect(alternativeNames('DNS:a.example.com, email:a@example.com, IP Address:192.0.2.7, URI:https://a/b')).toEqual({
      dns: ['a.example.com'],
      email: ['a@example.com'],
      ip: ['192.0.2.7'],
      uri: ['https://a/b'],
    });
    expect(alternativeNames(undefined)).toEqual({ dns: [], uri: [], email: [], ip: [] });
  });

  test('that hold the text of another name are one name (CVE-2021-44532)', () => {
    const given = String.raw`URI:"http://a/, DNS:b.example.com, URI:spiffe://c/d", DNS:"x\", DNS:y"`;
    expect(alternativeNames(given)).toMatchObject({
      uri: ['http://a/, DNS:b.example.com, URI:spiffe://c/d'],
      dns: ['x", DNS:y'],
    });
  });

  test('with one unreadable entry give none', () => {
    expect(alternativeNames('DNS:a.example.com, "URI:x')).toEqual({ dns: [], uri: [], email: [], ip: [] });
  });
});

describe('distinguished names', () => {
  const same = (written: string, lines: string): boolean => isSameName(distinguishedName(written), subjectName(lines));

  test.each([
    ['CN=Agent,O=Example,C=DE', 'C=DE\nO=Example\nCN=Agent'],
    ['cn=Agent, o=Example, c=DE', 'C=DE\nO=Example\nCN=Agent'],
    [String.raw`CN=a\,b,O=\C3\A9`, 'O=é\nCN=a\\,b'],
  ])('%s is the subject it says (RFC 4514)', (written, lines) => expect(same(written, lines)).toBe(true));

  test.each([
    ['the order of its parts', 'C=DE,O=Example,CN=Agent', 'C=DE\nO=Example\nCN=Agent'],
    ['a part more', 'CN=Agent,O=Example', 'C=DE\nO=Example\nCN=Agent'],
    ['the case of a value', 'CN=agent', 'CN=Agent'],
    ['a comma in a value', 'CN=a,O=b', String.raw`CN=a\,O=b`],
    ['a part of two values', 'CN=a+O=b', 'CN=a+O=b'],
    ['nothing', '', ''],
  ])('differ by %s, or are not compared', (_, written, lines) => expect(same(written, lines)).toBe(false));
});

test('addresses have one spelling, and invalid ones have none', () => {
  expect(plainIp('2001:DB8:0:0:0:0:0:1')).toBe(plainIp('2001:db8::1'));
  expect(plainIp('192.0.2.7')).toBe('192.0.2.7');
  for (const none of ['192.0.2', '192.0.2.256', 'example.com', ':::', '1.2.3.4:5', ''])
    expect(plainIp(none)).toBe(undefined);
});
