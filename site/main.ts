/** `npm run docs [-- --serve [--port N]]`: builds the documentation site into dist/docs and follows every link of it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkLinks } from './check-links.ts';
import { serve } from './serve.ts';
import { stage } from './stage.ts';

const ROOT = resolve(import.meta.dirname, '..');
const STAGED = join(ROOT, '.tmp/docs-site');
const BUILT = join(ROOT, 'dist/docs');
const SHOWN = 50;

const fail = (text: string): never => {
  process.stderr.write(`${text}\n`);
  process.exit(1);
};

const { values } = parseArgs({
  options: { serve: { type: 'boolean', default: false }, port: { type: 'string', default: '4173' } },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`--port: ${values.port} is no port; give 0 to 65535`);

const staged = stage(ROOT, STAGED);
writeFileSync(join(STAGED, 'staged.json'), JSON.stringify(staged));
const built = spawnSync(process.execPath, [join(ROOT, 'node_modules/vitepress/bin/vitepress.js'), 'build', 'site'], {
  cwd: ROOT,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (built.status !== 0) {
  fail(`${built.stdout ?? ''}${built.stderr ?? ''}${built.error?.message ?? ''}\nvitepress: the site was not built`);
}
const { pages, links, broken } = checkLinks(BUILT);
if (broken.length > 0) fail([...broken.slice(0, SHOWN), `${broken.length} of ${links} links are broken`].join('\n'));
process.stdout.write(`dist/docs: ${pages} pages, ${links} links, none broken\n`);
if (values.serve) process.stdout.write(`${(await serve(BUILT, port)).url}\n`);
