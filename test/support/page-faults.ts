import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

type Finding = { readonly id: string; readonly nodes: readonly { readonly html: string }[] };

/** What axe finds, contrast in both schemes of colours, and whatever is wider than the screen. */
export const pageFaults = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe);
  const run = (options: string): Promise<readonly Finding[]> =>
    page.evaluate<readonly Finding[]>(`axe.run(document, ${options}).then(({ violations }) => violations)`);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await run("{ resultTypes: ['violations'], runOnly: ['color-contrast'] }");
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await run("{ resultTypes: ['violations'] }");
  const [width, screen] = await page.evaluate<readonly [number, number]>(
    '[document.documentElement.scrollWidth, window.innerWidth]',
  );
  return [
    ...[...dark, ...light].map(({ id, nodes }) => `${page.url()} ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    ...(width > screen ? [`${page.url()} is ${width} px wide`] : []),
  ];
};
