/**
 * Every word a person reads stands in the catalogue, in all languages. Templates and what fills them are read as text;
 * what is found is what a template says itself, and sentences in quotation marks.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { deliveredFiles } from './source-files.ts';

type Literal = { readonly isHtml: boolean; readonly text: string };

/** Stands for what a template puts in. */
const HOLE = '\uFFFC';

/** Template and string literals of a source, each on its own also where it stands in another. */
const literalsOf = (code: string): readonly Literal[] => {
  const found: Literal[] = [];
  let at = 0;

  const quoted = (quote: string): void => {
    const from = ++at;
    while (at < code.length && code[at] !== quote) at += code[at] === '\\' ? 2 : 1;
    found.push({ isHtml: false, text: code.slice(from, at++) });
  };

  const template = (isHtml: boolean): void => {
    let text = '';
    at += 1;
    while (at < code.length && code[at] !== '`') {
      if (code.startsWith('${', at)) {
        at += 2;
        program('}');
        text += HOLE;
      } else {
        const length = code[at] === '\\' ? 2 : 1;
        text += code.slice(at, at + length);
        at += length;
      }
    }
    at += 1;
    found.push({ isHtml, text });
  };

  /** A regular expression: quotation marks in it are none. */
  const expression = (): void => {
    let isClass = false;
    for (at += 1; at < code.length && (isClass || code[at] !== '/'); at += 1) {
      if (code[at] === '\\') at += 1;
      else if (code[at] === '[') isClass = true;
      else if (code[at] === ']') isClass = false;
    }
    at += 1;
  };

  const program = (end?: string): void => {
    let depth = 0;
    while (at < code.length) {
      const character = code[at] ?? '';
      if (character === end && depth === 0) {
        at += 1;
        return;
      }
      if (character === "'" || character === '"') quoted(character);
      else if (character === '`') template(code.slice(0, at).endsWith('html'));
      else if (character === '/' && /[(,=:[!&|?{};]\s*$/.test(code.slice(Math.max(0, at - 20), at))) expression();
      else {
        if (character === '{') depth += 1;
        if (character === '}') depth -= 1;
        at += 1;
      }
    }
  };

  program();
  return found;
};

/** Attributes that are read out or shown. */
const READ = /\s(?:aria-label|data-label|alt|placeholder|title)="([^"]*)"/g;
const ATTRIBUTES_ONLY = /^(?:\s[a-z-]+(?:="[^"]*")?|\uFFFC)+$/;
/** The same in all languages. */
const NAMES = /Behalf|SHA-256/g;
/** A capital letter begins a sentence; small words stand in the middle of one. */
const SENTENCE = /(?:^|\s)[A-Z][a-z]|(?:^|\s)(?:and|of|the|an?|is|are|not|to|yet|by)\s/;

/** What a literal says in letters of its own. */
const saidIn = ({ isHtml, text }: Literal): readonly string[] => {
  if (!isHtml) return SENTENCE.test(text) ? [text.trim()] : [];
  const read = [...text.matchAll(READ)].map(([, value = '']) => value);
  const between = ATTRIBUTES_ONLY.test(text) ? '' : text.replace(/<[^>]*>|&\w+;/g, HOLE);
  return [...read, between]
    .flatMap((one) => one.split(HOLE))
    .map((one) => one.trim())
    .filter((one) => /\p{L}/u.test(one.replace(NAMES, '')));
};

/** What browsers and apps read. */
const FOR_PROGRAMS: readonly string[] = [
  '{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}',
  '; Secure',
  'The person denied the request.',
  'nothing of what was asked for can be given to this client; an operator can say what it may ask for',
];

const withoutImports = (code: string): string => code.replace(/^(?:import|export)\s[^;]*?'[^']*';$/gm, '');

const wordsIn = (code: string): readonly string[] => literalsOf(withoutImports(code)).flatMap(saidIn);

test.each([
  ['html`<p>Hello</p>`', ['Hello']],
  [`html\`<p title="Hello">\${word}</p>\``, ['Hello']],
  [`html\`<p>\${isNew ? 'Just made' : word}</p>\``, ['Just made']],
  [`html\`<p>\${html\`<b>\${words.a}</b> by\`}</p>\``, ['by']],
  ["names.join(' and ')", ['and']],
  ["import { a } from './Some.ts';\ntext.replace(/'Tis/g, '')", []],
  [`html\`<p class="\${isBad && 'warn'}"\${on && html\` hidden\`}>\${words.text}</p>\``, []],
])('words are found in %s', (code, words) => {
  expect(wordsIn(code)).toEqual(words);
});

test('no script says anything of its own', () => {
  const folder = join(import.meta.dirname, '../../views/assets');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  expect(scripts).not.toEqual([]);
  for (const name of scripts) {
    const sentences = wordsIn(readFileSync(join(folder, name), 'utf8')).filter((one) => one.includes(' '));
    expect([name, sentences]).toEqual([name, []]);
  }
});

describe('no word of our own stands outside the catalogue', () => {
  const views = deliveredFiles().filter(({ path }) => /^views\/(?:pages|partials)\/|^views\/layout\.ts$/.test(path));

  test.each(views.map(({ path, code }) => [path, code]))('in %s', (_, code = '') => {
    expect(wordsIn(code)).toEqual([]);
  });

  const handlers = deliveredFiles().filter(({ path }) =>
    /^src\/http\/(?:interaction|account|console)\/(?!.*-refusals\.ts$)|^src\/http\/provider-pages\.ts$/.test(path),
  );

  test.each(handlers.map(({ path, code }) => [path, code]))('in %s', (_, code = '') => {
    const sentences = wordsIn(code).filter((one) => one.includes(' '));
    const isKnown = (one: string): boolean => FOR_PROGRAMS.includes(one);
    expect(sentences.map((one) => one.replaceAll(HOLE, '{}')).filter((one) => !isKnown(one))).toEqual([]);
  });
});
