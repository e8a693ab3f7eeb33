import { describe, expect, test } from '@jest/globals';
import { scopeFieldValue } from '../../../views/partials/scope-list.ts';
import { elementsOf } from './markup.ts';
import { samplePages } from './sample-pages.ts';

const pages = samplePages();
const consents = Object.entries(pages).filter(([name]) => name.startsWith('consent'));

describe('consent page', () => {
  test.each(consents)('WB-12 %s: who asks, risks and warnings come before the buttons', (_, page) => {
    const text = String(page);
    const buttons = text.indexOf('class="decide stay"');
    for (const fact of ['class="headline', 'Signed in as', 'class="risk '])
      expect(text.indexOf(fact)).toBeLessThan(buttons);
    expect(text.lastIndexOf('class="risk ')).toBeLessThan(buttons);
    expect(text.indexOf('class="warnings"')).toBeLessThan(buttons);
  });

  test.each(consents)(
    '%s: denying is the answer that comes first, and nothing has the focus beforehand',
    (name, page) => {
      const elements = elementsOf(String(page));
      const decisions = elements.filter(({ attributes }) => attributes['name'] === 'decision');
      expect(decisions.map(({ attributes }) => attributes['value'])).toEqual(
        name === 'consent-nothing' ? ['back'] : ['deny', 'allow'],
      );
      expect(elements.filter(({ attributes }) => 'autofocus' in attributes)).toEqual([]);
    },
  );

  test.each(consents)('AP-18 %s: the agent is quoted after the facts', (name, page) => {
    const text = String(page);
    if (['consent-client', 'consent-site', 'consent-nothing'].includes(name)) return;
    expect(text.indexOf('<blockquote dir="auto">“')).toBeGreaterThan(text.indexOf('Signed in as'));
  });

  test('each scope is a box of its own, the riskiest first', () => {
    const boxes = elementsOf(String(pages['consent'])).filter(({ attributes }) => attributes['name'] === 'scope');
    expect(boxes.map(({ attributes }) => attributes['value'])).toEqual([
      scopeFieldValue('https://calendar.example.com/api', 'events:write'),
      scopeFieldValue('https://calendar.example.com/api', 'events:read'),
      scopeFieldValue('https://payments.example.com', 'payments:create'),
      scopeFieldValue('https://payments.example.com', 'balances:read'),
    ]);
  });

  test('re-delegation is never chosen beforehand (decision D2)', () => {
    const boxes = elementsOf(String(pages['consent'])).filter(
      ({ attributes }) => attributes['name'] === 'delegable_to',
    );
    expect(boxes).toHaveLength(2);
    expect(boxes.filter(({ attributes }) => 'checked' in attributes)).toEqual([]);
  });

  const headlineOf = (name: string): string => /<h1 [^>]*>(.*?)<\/h1>/s.exec(String(pages[name]))?.[1] ?? '';
  const words = (markup: string): string => markup.replace(/<[^>]*>/g, '');

  test.each([
    ['consent', 'Travel planner wants to act for you at Team calendar and Payments'],
    ['consent-details', 'Invoice payer wants to act for you at Payments'],
    ['consent-client', 'Expense reports wants to sign you in and use Team calendar and Payments for you'],
    ['consent-delegation', 'Invoice payer wants to act for you at Payments'],
    ['consent-nothing', 'Travel planner asks for access that this server cannot give'],
  ])('%s: the headline says who wants what where', (name, said) => {
    expect(words(headlineOf(name))).toBe(said);
  });

  test('DR-09 the registrable domain of the answer is set apart, beside the headline', () => {
    expect(String(pages['consent'])).toMatch(
      /Your answer goes to <strong class="host"><span class="sub">planner\.<wbr>agents\.<wbr><\/span><span class="whole">example\.<wbr>com<wbr>/,
    );
  });

  test('DR-09 an app that no administrator registered is named by its host, in the largest text', () => {
    expect(words(headlineOf('consent-site'))).toMatch(/^notes\.apps\.example\.com wants to sign you in/);
    expect(headlineOf('consent-site')).not.toContain('Notebook');
    expect(String(pages['consent-site'])).toContain('It calls itself “<bdi class="chosen">Notebook</bdi>”');
  });

  test('DR-09 a name that imitates another one is not in the headline', () => {
    expect(words(headlineOf('consent-loopback'))).toBe('An agent of Admin wants to act for you at Deployments');
    expect(String(pages['consent-loopback'])).toContain('It calls itself “');
  });

  test('DR-09 warns of a name of mixed alphabets, and of an agent that is not in production', () => {
    const text = String(pages['consent-loopback']);
    expect(text).toContain('look like another one');
    expect(text).toContain('registered for test');
    expect(text).toContain('a program running on this device');
  });

  test('a device flow shows the code and asks who started it (RFC 8628 §5.4)', () => {
    expect(String(pages['consent-device'])).toContain('<strong class="code">WDJB-MJHT</strong>');
    expect(String(pages['consent-device'])).toContain('Only continue if you started this yourself');
  });

  test('a request through another agent names that agent', () => {
    expect(String(pages['consent-delegation'])).toMatch(/Asked through the agent <bdi class="chosen">Travel planner/);
  });
});
