import { describe, expect, test } from '@jest/globals';
import { NOTIFICATION_KIND_NAMES, ruleOf } from '../../../src/domain/notifications/notification-kinds.ts';
import { LANGUAGES } from '../../../views/language.ts';
import { MAIL_WORDS, notificationMail } from '../../../views/mail/notification-mail.ts';
import { PAYLOADS } from '../views/payloads.ts';

const ISSUER = 'https://id.example.com/base';
const about = { issuer: ISSUER, language: 'en', name: 'Ada', at: 1_800_000_000, agent: 'agt_1', agentName: 'Booker' };
const mailed = NOTIFICATION_KIND_NAMES.filter((kind) => ruleOf(kind).mail !== undefined);

test('every kind of notification that is mailed has words, and no others have', () => {
  expect(Object.keys(MAIL_WORDS).toSorted()).toEqual([...mailed].toSorted());
});

const ANSWERS = ['account.email_confirm', 'account.email_changed', 'account.reset'];
const inEach = [...mailed, ...ANSWERS].flatMap((kind) => LANGUAGES.map((language) => [kind, language] as const));

describe.each(inEach)('a mail of %s, in %s', (kind, language) => {
  test('says the same as text and as markup, and links to a page of ours alone', () => {
    const { subject, text, html, language: read } = notificationMail({ ...about, kind, language });
    expect(read).toBe(language);
    expect(html).toContain(`<html lang="${language}">`);
    expect(text).toContain(language === 'de' ? 'Guten Tag Ada,' : 'Hello Ada,');
    expect(subject).not.toMatch(/[\r\n]|Booker|Ada/);
    const links = [...`${text}\n${html}`.matchAll(/https?:[^\s"<]+/g)].map(([link]) => link.replace(/\.$/, ''));
    expect(links.length).toBeGreaterThan(ANSWERS.includes(kind) ? 0 : 1);
    expect(links.filter((link) => link !== ISSUER && !link.startsWith(`${ISSUER}/`))).toEqual([]);
    expect(html).toContain(`<title>${subject}</title>`);
  });
});

describe('AP-05 what an agent chose becomes no link', () => {
  const chosen = (agentName: string) => notificationMail({ ...about, agentName, kind: 'agent.pending' });
  /** What mail programs make links of: anything with a scheme, an address, or a host. */
  const LINKS = /[a-z][a-z0-9+.-]*:\S|\S@\S|[\p{L}\p{N}][.。．｡][\p{L}\p{N}]|\/\//iu;

  test.each([
    'evil.example',
    'https://evil.example/login',
    'HTTPS://EVIL.EXAMPLE',
    'evil。example',
    'evil．example',
    'javascript:alert(1)',
    'pay@evil.example',
    'tel:+15550100',
    'www.evil.example?x=1',
    '//evil.example',
    'xn--evil-x.example/approve',
  ])('%s', (name) => {
    const { text, html } = chosen(name);
    const line = text.split('\n').find((one) => one.includes('was registered')) ?? '';
    const said = /“(.*)”/u.exec(line)?.[1] ?? 'nothing';
    expect(said).not.toMatch(LINKS);
    expect(html).not.toContain(`“${name}”`);
  });

  test.each(PAYLOADS)('%s stays text', (payload) => {
    const { html } = chosen(payload);
    expect(html.replace(/<\/?(?:!doctype html|html|head|meta|title|body|p|a)\b[^<>]*>/g, '')).not.toMatch(/[<>]/);
  });

  test('is short, on one line, and the name of a person as well', () => {
    const long = `${'x'.repeat(500)}\r\nBcc: all@example.com`;
    const { text } = notificationMail({ ...about, name: long, agentName: long, kind: 'agent.pending' });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(250);
    expect(text).not.toMatch(/^Bcc/m);
  });
});

test('the text names who changed the second factors: the user themselves gets another one than a user whose factors another changed', () => {
  const own = notificationMail({ ...about, kind: 'factor.removed' }).text;
  const others = notificationMail({ ...about, kind: 'factor.removed', isByOther: true }).text;
  expect(own).toContain('If it was not you');
  expect(others).toContain('An administrator did it.');
});

test('German is read as German, to the last part of a sentence', () => {
  const { subject, text } = notificationMail({
    ...about,
    kind: 'approval.requested',
    language: 'de',
    until: about.at + 600,
  });
  expect(subject).toBe('Ein Agent bittet um Ihre Freigabe');
  expect(text).toContain(
    'Am 15.01.2027, 08:00 UTC hat der Agent „Booker“ (agt_1) Sie gebeten, eine Handlung freizugeben, bis 15.01.2027, 08:10 UTC.',
  );
  expect(text).toContain('Diese Mail hat https://id.example.com/base gesendet.');
});

test('what is no language of ours is answered in English', () => {
  expect(notificationMail({ ...about, kind: 'agent.retired', language: 'fr' })).toMatchObject({
    language: 'en',
    subject: 'An agent of yours was retired',
  });
});

test('a kind without words is a mistake of ours', () => {
  expect(() => notificationMail({ ...about, kind: 'no.such' })).toThrow(TypeError);
});
