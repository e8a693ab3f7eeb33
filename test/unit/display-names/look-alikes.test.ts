import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { checkName, checkText } from '../../../src/domain/platform/display-names/display-text.ts';
import { mixesScripts } from '../../../src/domain/platform/display-names/scripts.ts';
import { nameKey, skeleton } from '../../../src/domain/platform/display-names/skeleton.ts';
import { verifiedNames } from '../../../src/domain/platform/display-names/verified-names.ts';
import { refusalOf } from '../registries/registry-world.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });

describe('DR-09 names are compared by what they look like (UTS 39 §4)', () => {
  test.each([
    ['раураl', 'paypal'],
    ['PayPal', 'PAYPAL'],
    ['PayPaI', 'paypal'],
    ['paypa1', 'paypal'],
    ['𝐏𝐚𝐲𝐏𝐚𝐥', 'PayPal'],
    ['ＰａｙＰａｌ', 'PayPal'],
    ['rnicrosoft', 'microsoft'],
    ['g00gle', 'google'],
    ['Invoice-Agent', 'Invoice Agent'],
    ['InvoiceAgent', 'Invoice Agent'],
    ['Goo\u200Bgle', 'Google'],
  ])('%s can be taken for %s', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  test.each([
    ['Travel booker', 'Travel cooker'],
    ['Müller', 'Möller'],
    ['東京', '京東'],
    ['Agent 2', 'Agent 3'],
  ])('%s cannot be taken for %s', (one, other) => {
    expect(nameKey(one)).not.toBe(nameKey(other));
  });

  test('a skeleton is its own skeleton, and a key its own key', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(skeleton(skeleton(text))).toBe(skeleton(text));
        expect(nameKey(nameKey(text))).toBe(nameKey(text));
      }),
      { seed: 39, numRuns: 500 },
    );
  });

  test('texts that are the same to Unicode look the same', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const form of ['NFC', 'NFD'] as const) expect(nameKey(text.normalize(form))).toBe(nameKey(text));
      }),
      { seed: 39, numRuns: 200 },
    );
  });
});

describe('DR-09 names that are written to deceive are refused (UTS 39 §5)', () => {
  const refused = (field: string) => ({ code: 'invalid_field', field });

  test.each([
    ['Cyrillic in Latin', 'Pаypal'],
    ['Greek in Latin', 'Gοogle'],
    ['Cyrillic and Greek', 'Прοект'],
    ['Latin beside a Cyrillic word', 'Агент Invoices'],
    ['Cherokee in Latin', 'PаyᏢal'],
    ['an unused script', '𐌰𐌲𐌴𐌽𐍄'],
  ])('%s', async (_, name) => {
    expect(mixesScripts(name)).toBe(true);
    expect(await refusalOf(() => checkName(name, '/name'))).toEqual(refused('/name'));
  });

  test.each([
    ['override of direction', 'safe\u202Etxt.exe'],
    ['isolate', 'safe\u2066x'],
    ['zero-width space', 'Goo\u200Bgle'],
    ['zero-width joiner', 'Goo\u200Dgle'],
    ['soft hyphen', 'Goo\u00ADgle'],
    ['filler', 'Agent\u3164x'],
    ['line', 'Agent\nverified'],
    ['piled up marks', `Z${'\u0323\u0308\u0301'}algo`],
    ['the same mark twice', 'a\u0323\u0323gent'],
    ['200 letters', 'a'.repeat(200)],
  ])('%s, in names and in other texts', async (_, name) => {
    expect(await refusalOf(() => checkName(name, '/name'))).toEqual(refused('/name'));
    expect(await refusalOf(() => checkText(name, '/purpose', 100))).toEqual(refused('/purpose'));
  });

  test.each([
    ['Latin', 'Reiseplaner für Müller & Söhne № 3'],
    ['Vietnamese', 'Trợ lý đặt vé'],
    ['Cyrillic', 'Агент по счетам'],
    ['Greek', 'Πράκτορας'],
    ['Japanese', '経費エージェントの SaaS 版'],
    ['Chinese', '報銷 Agent'],
    ['Korean', '경비 Agent 2'],
    ['Arabic', 'وكيل السفر'],
    ['Hebrew with points', 'סוֹכֵן'],
    ['Hindi', 'यात्रा एजेंट'],
    ['Thai', 'ตัวแทนท่องเที่ยวที่นี่'],
    ['Tibetan', 'སྒྲུབ'],
    ['emoji', 'Travel booker ✈🚀'],
  ])('but not %s', async (_, name) => {
    expect(await refusalOf(() => checkName(name.normalize('NFC'), '/name'))).toBe('accepted');
  });

  test('a purpose may quote words of another script', () => {
    expect(checkText('Обрабатывает invoices', '/purpose', 100)).toBe('Обрабатывает invoices');
  });
});

describe('DR-09 a verified name is one party’s', () => {
  const owners: Record<string, string> = { agt_a: 'acc_ada', agt_b: 'acc_bob' };
  const world = () =>
    verifiedNames({
      documents: memoryDocumentStore(),
      clock: { now: () => 1, nowMillis: () => 1000 },
      ownerOf: async (party) => owners[party],
    });

  test('others are refused one that looks like it; its owner and itself are not', async () => {
    const names = world();
    expect(await names.claim('agt_a', 'Acme Travel')).toBe(true);
    const check = (owner: string | undefined, id?: string) =>
      refusalOf(() => names.check({ name: 'ACME-TraveI', owner, ...(id ? { id } : {}) }));
    expect(await check('acc_bob')).toEqual({ code: 'invalid_field', field: '/name' });
    expect(await check(undefined)).toEqual({ code: 'invalid_field', field: '/name' });
    expect(await check('acc_ada')).toBe('accepted');
    expect(await check('acc_bob', 'agt_a')).toBe('accepted');
    await names.release('agt_a');
    expect(await check('acc_bob')).toBe('accepted');
  });

  test('of many who claim it at once one gets it', async () => {
    const names = world();
    const claims = ['Acme', 'ACME', 'Acrne', 'Аcme'].map((name, index) =>
      refusalOf(() => names.claim(`agt_${index}`, name)),
    );
    const results = await Promise.all(claims);
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(results.filter((result) => result !== 'accepted')).toEqual(
      Array.from({ length: 3 }, () => ({ code: 'conflict', field: '/name' })),
    );
  });
});
