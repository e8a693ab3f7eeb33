/** The colours of our style sheet, read from it, so that there is no second list of them. */
export type StyleToken = { readonly name: string; readonly light: string; readonly dark: string };

const LIGHT = /^:root \{([^}]*)\}/m;
const DARK = /^@media \(prefers-color-scheme: dark\) \{\s*:root \{([^}]*)\}/m;

const declarationsIn = (style: string, block: RegExp): ReadonlyMap<string, string> =>
  new Map(
    [...(block.exec(style)?.[1] ?? '').matchAll(/(--[a-z-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

/** Each colour in both schemes; leaves out tokens that are no colour (a radius, a shadow). */
export const styleTokens = (style: string): readonly StyleToken[] => {
  const dark = declarationsIn(style, DARK);
  return [...declarationsIn(style, LIGHT)]
    .filter(([, value]) => value.startsWith('#'))
    .map(([name, light]) => ({ name, light, dark: dark.get(name) ?? light }));
};

/**
 * Rules that give a part of a page one of the colour schemes, regardless of the browser's preference: `.scheme-light`,
 * `.scheme-dark`.
 */
export const schemeRules = (style: string): string =>
  (
    [
      ['light', LIGHT],
      ['dark', DARK],
    ] as const
  )
    .map(
      ([scheme, block]) =>
        `.scheme-${scheme} {\n  color-scheme: ${scheme};\n${[...declarationsIn(style, block)].map(([name, value]) => `  ${name}: ${value};\n`).join('')}}\n`,
    )
    .join('');
