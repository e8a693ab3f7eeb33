/** Modules of the program are found by their names; all others as Node finds them. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');
const MODULE = join(ROOT, 'adapters/node/own-modules.ts');

let outside: string;
beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'modules-'));
});
afterEach(() => rmSync(outside, { recursive: true }));

/** What a program prints that first calls `resolveOwnModules`, or first runs another line. */
const printed = async (program: string, first = 'resolveOwnModules();'): Promise<string> => {
  const text = `import { resolveOwnModules } from ${JSON.stringify(MODULE)}; ${first} ${program}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], { cwd: ROOT });
  return stdout.trim();
};

test('a module of ours, its imports and its packages load as before', async () => {
  const path = join(ROOT, 'src/http/front-guard.ts');
  expect(
    await printed(`const { frontGuard } = await import(${JSON.stringify(path)}); console.log(typeof frontGuard);`),
  ).toBe('function');
});

test('a module of ours that is not there fails, and the error names its file', async () => {
  const path = join(ROOT, 'adapters/node/not-there.ts');
  expect(
    await printed(`await import(${JSON.stringify(path)}).catch((error) => console.log(error.code, error.message));`),
  ).toMatch(/^(?:ENOENT|ERR_MODULE_NOT_FOUND) .*not-there\.ts/);
});

test('a module elsewhere is found behind links, as Node finds it', async () => {
  mkdirSync(join(outside, 'real'));
  writeFileSync(join(outside, 'real/one.ts'), 'export const at: string = import.meta.filename;\n');
  symlinkSync(join(outside, 'real'), join(outside, 'link'));
  writeFileSync(join(outside, 'begin.ts'), "export { at } from './link/one.ts';\n");
  const path = JSON.stringify(join(outside, 'begin.ts'));
  expect(await printed(`console.log((await import(${path})).at);`)).toMatch(/real\/one\.ts$/);
});

test('the server loads the files that it loads without, in the same formats', async () => {
  const program = `
    const { createHash } = await import('node:crypto');
    const { registerHooks } = await import('node:module');
    const loaded = [];
    registerHooks({
      load(url, context, next) {
        const found = next(url, context);
        loaded.push(url.replace('node:', '') + ' ' + found.format);
        return found;
      },
    });
    await import(${JSON.stringify(join(ROOT, 'src/serve.ts'))});
    const ofPackages = (name) => loaded.filter((url) => url.includes('/node_modules/' + name + '/')).length;
    console.log(JSON.stringify([...['oidc-provider', 'jose', 'koa'].map(ofPackages),
      createHash('sha256').update(loaded.sort().join()).digest('hex')]));`;
  const [withNames, asNode] = await Promise.all([printed(program), printed(program, '')]);
  expect(JSON.parse(withNames)).toEqual(JSON.parse(asNode));
  expect(
    JSON.parse(withNames)
      .slice(0, 3)
      .every((files: number) => files > 0),
  ).toBe(true);
});

test('a package of ours is one module, imported or required, and one that is not there fails', async () => {
  const program = `
    const { createRequire } = await import('node:module');
    const [one, two, required] = [await import('koa'), await import('koa'), createRequire(import.meta.url)('koa')];
    const absent = await import('not-there-at-all').catch(({ code }) => code);
    const builtin = await import('node:not-there').catch(({ code }) => code);
    console.log(one === two, one.default === (required.default ?? required), absent, builtin);`;
  expect(await printed(program)).toBe('true true ERR_MODULE_NOT_FOUND ERR_UNKNOWN_BUILTIN_MODULE');
});
