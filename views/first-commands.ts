/** Commands and programs for the first steps, which a page shows as text to copy. Files of `views/commands`. */
import { readFileSync } from 'node:fs';

export type CommandFile = 'first-token.sh' | 'first-token.ts' | 'first-token.run';

const read = new Map<CommandFile, string>();

const textOf = (name: CommandFile): string => {
  const known = read.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`./commands/${name}.txt`, import.meta.url), 'utf8').trimEnd();
  read.set(name, text);
  return text;
};

/**
 * The text of a file with `values` in place of `{{name}}`. The caller quotes them for the language of the file. The part between
 * `{{#http}}` and `{{/http}}` stays only with `isHttp`.
 */
export const commandText = (
  name: CommandFile,
  values: Readonly<Record<string, string>>,
  { isHttp = false }: { readonly isHttp?: boolean } = {},
): string =>
  textOf(name)
    .replace(/\{\{#http\}\}([\s\S]*?)\{\{\/http\}\}/g, (_, part: string) => (isHttp ? part : ''))
    .replace(/\{\{(\w+)\}\}/g, (placeholder, key: string) => values[key] ?? placeholder);
