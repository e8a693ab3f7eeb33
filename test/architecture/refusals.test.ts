/** Pages and programs know a refusal by its reason, and no code knows it by its text. */
import { describe, expect, test } from '@jest/globals';
import { approvalRefusal } from '../../src/domain/approvals/approval-refusals.ts';
import { signInRefusal } from '../../src/domain/identity/accounts/sign-in-refusals.ts';
import { upstreamRefusal } from '../../src/domain/identity/upstream/upstream-refusals.ts';
import { REFUSAL_AREAS, STATEMENT_AREAS } from '../../src/http/refusal-areas.ts';
import { refusalPhrase, type ShownRefusal } from '../../src/http/refusal-phrase.ts';
import { html } from '../../views/html.ts';
import { deliveredFiles } from './source-files.ts';

const refusals = REFUSAL_AREAS.flatMap(({ table, german }) =>
  Object.entries(table).map(([reason, { text }]) => ({ reason, text, german: german[reason] })),
);
const statements = STATEMENT_AREAS.flatMap(({ table, german }) =>
  Object.entries(table).map(([reason, text]) => ({ reason, text, german: german[reason] })),
);
const declared = [...refusals, ...statements];
const sources = deliveredFiles().filter(({ path }) => path.startsWith('src/'));
const germanOf = (refusal: ShownRefusal): string => html`${refusalPhrase(refusal)}`.in({ language: 'de' });
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();

describe('the tables of refusals', () => {
  test('have a reason once, in snake_case', () => {
    const reasons = declared.map(({ reason }) => reason);
    expect(reasons.length).toBeGreaterThan(200);
    expect(reasons.filter((reason, index) => reasons.indexOf(reason) !== index)).toEqual([]);
    expect(reasons.filter((reason) => !/^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/.test(reason))).toEqual([]);
  });

  test('are all in the catalogue', () => {
    const tables = (type: string) => sources.filter(({ code }) => code.includes(`as const satisfies ${type}`));
    expect(tables('RefusalTable').length).toBe(REFUSAL_AREAS.length);
    expect(tables('StatementTable').length).toBe(STATEMENT_AREAS.length);
  });

  test('have an English and a German text for each reason, with the same parameters', () => {
    expect(declared.filter(({ text, german }) => text === '' || !german).map(({ reason }) => reason)).toEqual([]);
    const differing = declared.filter(
      ({ text, german }) => typeof german === 'string' && `${namesIn(german)}` !== `${namesIn(text)}`,
    );
    expect(differing.map(({ reason }) => reason)).toEqual([]);
  });

  test.each([
    ...REFUSAL_AREAS.map(({ title, table }) => [title, Object.keys(table)] as const),
    ['Statements', statements.map(({ reason }) => reason)] as const,
  ])('declare no reason that nothing throws: %s', (_, reasons) => {
    const thrown = sources.filter(({ path }) => !/(?:-refusals|\/simulation-statements)\.ts$/.test(path));
    const unused = reasons.filter((reason) => !thrown.some(({ code }) => code.includes(`'${reason}'`)));
    expect(unused).toEqual([]);
  });
});

describe('code', () => {
  /** Files whose refusals are read on pages, and hardly anywhere else. */
  const OF_PAGES =
    /^src\/http\/(?:interaction|account|console|middleware)\/|^src\/http\/language\.ts$|^src\/domain\/(?:authority\/consent|identity\/factors)\//;

  test.each(sources.filter(({ path }) => OF_PAGES.test(path)).map(({ path, code }) => [path, code]))(
    'throws refusals of a table where people read them: %s',
    (_, code = '') => {
      expect(code).not.toMatch(/new DomainError\(|refuseField\(/);
    },
  );

  /** Files that make an error themselves, and why. Each takes its text from a table: none writes one. */
  const MAKERS = {
    'src/domain/authority/decision/refuser.ts': 'tables of token requests, whose reason is in the denial',
    'src/domain/authority/decision/server-use.ts': 'text and reason of the layer that denies',
    'src/domain/vocabulary/refusals.ts': 'the tables of refusals',
    'src/http/problem.ts': 'several fields at fault, each with a refusal of a table',
    'src/provider/requests/resource-authority.ts': 'text and reason of the layer that denies',
    'src/provider/tokens/prepared-token.ts': 'refusals of tokens, whose reason is in the denial',
  } as const;

  test('makes errors by a table, or in the files that are listed', () => {
    const makers = sources.filter(({ code }) => /\bnew DomainError\(/.test(code)).map(({ path }) => path);
    expect(makers).toEqual(Object.keys(MAKERS));
  });

  const WRITTEN = /\bnew DomainError\(\s*[^,()]+,\s*['"`]/;

  test.each(sources.filter(({ code }) => code.includes('DomainError')).map(({ path, code }) => [path, code]))(
    'writes no text beside an error: %s',
    (_, code = '') => {
      expect(code).not.toMatch(WRITTEN);
    },
  );

  test.each([
    ["throw new DomainError('conflict', 'There is one.');", true],
    ["new DomainError(\n  'conflict',\n  `There are too many.`,\n)", true],
    ['new DomainError(code, text, { denial })', false],
    ['new DomainError(code, filledText(text, params), options)', false],
  ])('in %j a text is written: %s', (line, isWritten) => {
    expect(WRITTEN.test(line)).toBe(isWritten);
  });

  /** A text of an error that is compared, searched or used as a key. */
  const COMPARED =
    /(?<!typeof (?:\w+\.)?)\b(?:message|detail|error_description)\s*(?:[!=]== (?!undefined)|\.(?:match|matchAll|search|startsWith|endsWith|includes|indexOf|replace|replaceAll|split)\()|switch \(\w*\.?message\)|\[\w+\.message\]|\.(?:test|exec)\(\w+\.(?:message|detail)\)/;

  test.each(
    deliveredFiles()
      .filter(({ path }) => /^(?:src\/http|views)\//.test(path))
      .map(({ path, code }) => [path, code]),
  )('compares no text of a refusal: %s', (_, code = '') => {
    const found = code.split('\n').filter((line) => COMPARED.test(line));
    expect(found).toEqual([]);
  });

  test.each([
    ["if (error.message === 'There is no such agent.') return;", true],
    ["if (problem.detail.startsWith('This')) return;", true],
    ['const words = GERMAN[error.message];', true],
    ['switch (error.message) {', true],
    ['if (/agent/.test(error.message)) return;', true],
    ["if (typeof error.message === 'string') return;", false],
    ['if (action.message === undefined) return;', false],
  ])('in %j a text is compared: %s', (line, isCompared) => {
    expect(COMPARED.test(line)).toBe(isCompared);
  });
});

describe('a refusal on a German page', () => {
  test('reads in the words of its reason', () => {
    expect(germanOf(signInRefusal('credentials_wrong'))).toBe('Benutzername oder Passwort stimmt nicht.');
  });

  test('keeps its parameters', () => {
    expect(germanOf(signInRefusal('password_too_short', { params: { least: 12 } }))).toBe(
      'Ein Passwort hat mindestens 12 Zeichen.',
    );
  });

  test('has a sentence of its own where a parameter is a word of English', () => {
    expect(germanOf(approvalRefusal('approval_decided', { params: { state: 'denied' } }))).toBe(
      'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde abgelehnt.',
    );
  });

  test('WB-05 without a reason is introduced in German, marked as English, and escaped', () => {
    expect(germanOf({ message: 'No <b>such</b> thing.' })).toBe(
      'Der Server sagt dazu: <span lang="en">No &lt;b&gt;such&lt;/b&gt; thing.</span>',
    );
  });

  test('WB-05 escapes a parameter that another party chose, and does not read it as a template', () => {
    const provider = '<i>{provider}</i>';
    expect(germanOf(upstreamRefusal('upstream_sign_in_not_recent', { params: { provider } }))).toMatch(
      /^&lt;i&gt;\{provider\}&lt;\/i&gt; bestätigt/,
    );
  });
});
