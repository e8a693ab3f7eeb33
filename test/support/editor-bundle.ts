/** The editor of policies as one file for browsers: `npm run bundle` writes it, a test compares it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

export const ROOT = join(import.meta.dirname, '../..');
export const BUNDLE = 'views/assets/bundles/policy-editor.js';

/** The same on every machine: it depends on the sources, on the locked packages and on the locked version of esbuild. */
export const editorBundle = async (): Promise<string> => {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['views/editor/policy-editor.js'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: '{}',
    plugins: [adoptedStyles],
    metafile: true,
    write: false,
  });
  const [file] = outputFiles;
  if (!file) throw new Error('esbuild made no file');
  return `${licences(Object.keys(metafile.inputs))}\n${file.text}`;
};

const ONLY_IN_SHADOWS = '!root.head && root.adoptedStyleSheets';

/**
 * `style-mod` adopts style sheets in shadow trees only, and writes a `<style>` into a document, which our policy forbids.
 * An adopted style sheet needs no permission of the policy (CSSOM), so it adopts them here as well.
 */
const adoptedStyles: Plugin = {
  name: 'adopted-styles',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/style-mod\/src\/style-mod\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(ONLY_IN_SHADOWS)) throw new Error('style-mod has changed: read how it adopts style sheets');
      return { contents: text.replace(ONLY_IN_SHADOWS, 'root.adoptedStyleSheets') };
    }),
};

/** The packages in the bundle, with the notice that their licence asks for. */
const licences = (inputs: readonly string[]): string => {
  const packages = [...new Set(inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))];
  const notices = new Map<string, string[]>();
  for (const name of packages.sort()) {
    const folder = join(ROOT, 'node_modules', name);
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
    const notice = readFileSync(join(folder, 'LICENSE'), 'utf8').replaceAll('*/', '').trim();
    notices.set(notice, [...(notices.get(notice) ?? []), `${name} ${version}`]);
  }
  return `/*!\n${[...notices].map(([notice, names]) => `${names.join(', ')}\n\n${notice}`).join('\n\n')}\n*/`;
};
