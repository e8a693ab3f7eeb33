/**
 * `npm run test:packed [-- NAME…]`: tutorials and examples that install packages from a registry beside those of this repository,
 * which are packed first, and stock software that speaks SCIM and security event tokens. A line each; the last one counts them.
 */
import { startChromium } from '../support/chromium.ts';
import { FRAMEWORK_EXAMPLES, runFrameworkExample } from './agent-frameworks.ts';
import { followMcpTutorial, MCP_TUTORIALS } from './mcp-tutorials.ts';
import { pushToStockServer } from './scim-target.ts';
import { checkWithStockScimClient, exchangeWithStockLibrary } from './stock-clients.ts';

/** Without other load a tutorial takes a minute. */
const WITHIN_MS = 400_000;

const browser = await startChromium();
const all = new Map<string, () => Promise<void>>([
  ...MCP_TUTORIALS.map(
    (tutorial) => [tutorial.page.replace('.md', ''), () => followMcpTutorial(tutorial, browser)] as const,
  ),
  ...FRAMEWORK_EXAMPLES.map((example) => [example.name, () => runFrameworkExample(example, browser)] as const),
  ['scim-target', pushToStockServer],
  ['scim-client', checkWithStockScimClient],
  ['set-library', exchangeWithStockLibrary],
]);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.has(name));
if (unknown.length > 0) {
  console.error(`no test ${unknown.join(', ')}; there are ${[...all.keys()].join(', ')}`);
  process.exit(2);
}

const within = async (work: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${WITHIN_MS / 1000} s`)), WITHIN_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

let failed = 0;
const names = [...all.keys()].filter((name) => wanted.length === 0 || wanted.includes(name));
for (const name of names) {
  const begin = performance.now();
  try {
    await within(all.get(name)?.() ?? Promise.resolve());
    console.log(`${name}: passed in ${Math.round((performance.now() - begin) / 1000)} s`);
  } catch (error) {
    failed += 1;
    console.log(`${name}: FAILED ${error instanceof Error ? error.message : String(error)}`);
  }
}
await browser.close();
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
