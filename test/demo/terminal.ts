/** How the demo speaks: numbered steps, what was sent and what came back, and a check that ends it when the story is not as told. */
import { decodeJwt, decodeProtectedHeader } from 'jose';

const isColoured =
  process.env['NO_COLOR'] === undefined && (process.stdout.isTTY || process.env['FORCE_COLOR'] !== undefined);
const paint =
  (code: number) =>
  (text: string): string =>
    isColoured ? `\x1b[${code}m${text}\x1b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);
export const cyan = paint(36);
const yellow = paint(33);

let steps = 0;
let checks = 0;

export const print = (text = ''): void => console.log(text);

const indent = (text: string, by = '     '): string => text.replace(/^/gm, by);

/** Opens the next step of the story. */
export const step = (title: string): void => {
  steps += 1;
  print(`\n${bold(cyan(`${String(steps).padStart(2)}. ${title}`))}`);
};

export const say = (text: string): void => print(indent(text, '    '));

/** Says what is so, and throws when it is not. */
export const check = (claim: string, isSo: boolean, evidence: unknown = ''): void => {
  checks += 1;
  if (isSo) {
    print(`    ${green('✓')} ${claim}`);
    return;
  }
  const shown = typeof evidence === 'string' ? evidence : JSON.stringify(evidence, undefined, 2);
  throw new Error(`step ${steps}: not so: ${claim}\n${shown}`);
};

/** Shows a refusal as the caller sees it, and checks that it is the expected one. */
export const refused = (
  what: string,
  answer: { readonly status: number; readonly body: Readonly<Record<string, unknown>>; readonly text: string },
  errors: readonly string[],
): void => {
  const { error, error_description, denial } = answer.body;
  const reason = (denial as { reason?: string; layer?: string } | undefined) ?? {};
  const why = reason.reason === undefined ? '' : dim(` (${reason.layer}: ${reason.reason})`);
  check(
    `${what}: ${yellow(`${answer.status} ${error}`)}${why}`,
    answer.status >= 400 && answer.status < 500 && errors.includes(String(error)),
    answer.text,
  );
  if (error_description !== undefined) print(indent(dim(String(error_description)), '      '));
};

const TIMES = new Set(['iat', 'exp', 'nbf', 'auth_time']);

const readable = (name: string, value: unknown): unknown =>
  TIMES.has(name) && typeof value === 'number' ? `${value}  (${new Date(value * 1000).toISOString()})` : value;

/** A JWT, decoded for reading; nothing is verified here. */
export const showJwt = (title: string, token: string): void => {
  const claims = Object.entries(decodeJwt(token)).map(([name, value]) => [name, readable(name, value)]);
  print(`    ${bold(title)} ${dim(`${token.slice(0, 24)}…`)}`);
  print(indent(dim(JSON.stringify(decodeProtectedHeader(token)))));
  print(indent(JSON.stringify(Object.fromEntries(claims), undefined, 2)));
};

export const storyEnd = (): string => `${steps} steps, ${checks} checks`;
