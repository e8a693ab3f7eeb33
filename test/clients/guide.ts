/** The settings that docs/how-to/clients.md tells people to copy: scripts take them from there, so that they cannot drift. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './packages.ts';

export type Block = { readonly language: string; readonly text: string };

/** The fenced blocks below the heading `## title`, in the order of the page; throws when there are none. */
export const guideBlocks = async (title: string): Promise<readonly Block[]> => {
  const page = await readFile(join(ROOT, 'docs/how-to/clients.md'), 'utf8');
  const section = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  const found = [...(section ?? '').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  if (found.length === 0) throw new Error(`docs/how-to/clients.md has no block below "## ${title}"`);
  return found.map(([, language = '', text = '']) => ({ language, text }));
};

/** `text` with the values of a test in place of the examples; throws for an example that the text does not name. */
export const filledIn = (text: string, values: Readonly<Record<string, string>>): string => {
  for (const example of Object.keys(values))
    if (!text.includes(example)) throw new Error(`docs/how-to/clients.md no longer names ${example}`);
  // The longest first: one example may be a part of another.
  const examples = Object.keys(values).sort((one, other) => other.length - one.length);
  const pattern = new RegExp(examples.map((one) => one.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  return text.replaceAll(pattern, (example) => String(values[example]));
};

/**
 * The words of the first command in a shell block that begins with `program`: lines joined, `npm run -s behalf --` and
 * `behalf` alike. Knows single quotes, no other quoting.
 */
export const commandIn = (text: string, program: string): readonly string[] => {
  const line = text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .find((one) => one.startsWith(`${program} `));
  if (line === undefined) throw new Error(`docs/how-to/clients.md names no command ${program}`);
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? String(plain)).slice(1);
};
