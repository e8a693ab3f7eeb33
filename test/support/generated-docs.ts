/** The pages of docs/ that are made from code: each file of generated-docs/ exports one as its default. */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

export type GeneratedPage = {
  /** From the root of the repository. */
  readonly path: string;
  readonly render: () => string | Promise<string>;
};

export const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = resolve(import.meta.dirname, 'generated-docs');

/** All generated pages, by path. Throws when a file of the folder exports none. */
export const generatedPages = async (): Promise<readonly GeneratedPage[]> => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'));
  const pages = await Promise.all(
    files.map(async (file) => {
      const { default: page } = (await import(resolve(FOLDER, file))) as { readonly default?: GeneratedPage };
      if (!page) throw new Error(`test/support/generated-docs/${file} has no default export { path, render }`);
      return page;
    }),
  );
  return pages.sort((a, b) => (a.path < b.path ? -1 : 1));
};
