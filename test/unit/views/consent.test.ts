import { describe, expect, test } from '@jest/globals';
import { scopeFieldValue } from '../../../views/partials/scope-list.ts';
import { elementsOf } from './markup.ts';
import { samplePages } from './sample-pages.ts';

const pages = samplePages();
const consents = Object.entries(pages).filter(([name]) => name.startsWith('consent'));

describe('consent page', () => {
  test.each(consents)('WB-12 %s: who asks, risks and warnings come before the buttons', (_, page) => {
    const text = String(page);
    const buttons = text.indexOf('class="decide"');
    for (const fact of ['class="big', 'Signed in as', 'class="risk ']) expect(text.indexOf(fact)).toBeLessThan(buttons);
    expect(text.lastIndexOf('class="risk ')).toBeLessThan(buttons);
    expect(text.indexOf('class="warnings"')).toBeLessThan(buttons);
  });

  test.each(consents)('%s: denying is the answer that comes first, and nothing has the focus beforehand', (_, page) => {
    const elements = elementsOf(String(page));
    const decisions = elements.filter(({ attributes }) => attributes['name'] === 'decision');
    expect(decisions.map(({ attributes }) => attributes['value'])).toEqual(['deny', 'allow']);
    expect(elements.filter(({ attributes }) => 'autofocus' in attributes)).toEqual([]);
  });

  test.each(consents)('AP-18 %s: the agent is quoted after the facts', (name, page) => {
    const text = String(page);
    if (name === 'consent-client') return;
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

  test('passing on is never chosen beforehand (decision D2)', () => {
    const boxes = elementsOf(String(pages['consent'])).filter(
      ({ attributes }) => attributes['name'] === 'delegable_to',
    );
    expect(boxes).toHaveLength(2);
    expect(boxes.filter(({ attributes }) => 'checked' in attributes)).toEqual([]);
  });

  test('DR-09 the registrable domain is set apart in the largest text', () => {
    expect(String(pages['consent'])).toMatch(
      /class="big host"><span class="sub">planner\.<wbr>agents\.<wbr><\/span><span class="whole">example\.<wbr>com<wbr>/,
    );
  });

  test('DR-09 warns of a name of mixed alphabets, and of an agent that is not in production', () => {
    const text = String(pages['consent-loopback']);
    expect(text).toContain('look like another one');
    expect(text).toContain('registered for test');
    expect(text).toContain('a program running on this device');
  });

  test('a device flow shows the code and asks who started it (RFC 8628 §5.4)', () => {
    expect(String(pages['consent-device'])).toContain('<strong class="big code">WDJB-MJHT</strong>');
    expect(String(pages['consent-device'])).toContain('Only continue if you started this yourself');
  });

  test('a request from behind another agent says through whom it came', () => {
    expect(String(pages['consent-delegation'])).toMatch(
      /Asked through<\/dt><dd>the agent <bdi class="chosen">Travel planner/,
    );
  });
});
