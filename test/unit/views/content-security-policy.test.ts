import { describe, expect, test } from '@jest/globals';
import { pageCsp } from '../../../views/content-security-policy.ts';

const formAction = (...formTargets: readonly string[]): string =>
  pageCsp({ formTargets, scripts: false }).split('; ').at(-1) ?? '';

describe('WB-01 policy of a page', () => {
  test('allows our own style, images and forms, and nothing else', () => {
    expect(pageCsp({ formTargets: [], scripts: false })).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    );
  });

  test('allows our own scripts where a page has one', () => {
    expect(pageCsp({ formTargets: [], scripts: true })).toContain("script-src 'self'; ");
  });

  test('adds the origin of a web redirect target and the scheme of a native one', () => {
    expect(
      formAction(
        'https://app.example.com/callback?x=1',
        'http://127.0.0.1:43117/cb',
        'cursor://done',
        'com.example.app:/done',
      ),
    ).toBe("form-action 'self' https://app.example.com http://127.0.0.1:43117 cursor: com.example.app:");
  });

  test('names the IPv6 loopback by scheme, which is all that CSP can say', () => {
    expect(formAction('http://[::1]:8080/cb')).toBe("form-action 'self' http:");
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'not a url',
    '',
    'https://a;script-src/x',
    "https://a,b'c/x",
    'https://[2001:db8::1]/cb',
  ])('leaves out %j', (target) => {
    expect(formAction(target)).toBe("form-action 'self'");
  });

  test('names a target once', () => {
    expect(formAction('https://a.example/1', 'https://a.example/2')).toBe("form-action 'self' https://a.example");
  });
});
