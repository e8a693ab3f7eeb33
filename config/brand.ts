/**
 * The operator's brand: checks of its settings, and its logo. Owns what a logo may be and the contrast of the accent colour.
 * Does not own where pages show it (views/layout.ts). Called by rules.ts at every start, and by src/compose.
 */
import { readFileSync } from 'node:fs';
import type { Configuration } from './configuration.ts';
import type { Problem } from './problem.ts';

type BrandSettings = NonNullable<Configuration['brand']>;

/** A logo as the server sends it. */
export type Logo = { readonly body: Buffer; readonly type: string; readonly ending: 'png' | 'jpg' | 'webp' };

/** The first visit of a page stays below 30 KB. */
const MOST_BYTES = 16 * 1024;

/** WCAG 2.2 §1.4.3, for text. */
const LEAST_CONTRAST = 4.5;

/** Surfaces of the style sheet on which the accent colour is text. */
export const SURFACES = {
  light: ['#ffffff', '#f3f5f4', '#f3f6f5'],
  dark: ['#18201f', '#0f1514', '#1f2927'],
} as const;

type Scheme = keyof typeof SURFACES;

/** What is wrong with the brand. Reads the logo. */
export const brandProblems = ({ brand }: Configuration): readonly Problem[] =>
  brand === undefined ? [] : [...logoProblems(brand), ...colourProblems(brand)];

const logoProblems = ({ logoFile }: BrandSettings): readonly Problem[] => {
  if (logoFile === undefined) return [];
  const found = readLogo(logoFile);
  return 'problem' in found ? [{ pointer: '/brand/logoFile', ...found.problem }] : [];
};

/** Throws when the file is no logo any more; `brandProblems` reports the same before the start. */
export const logoOf = (file: string): Logo => {
  const found = readLogo(file);
  if ('problem' in found) throw new Error(`brand.logoFile: ${found.problem.message} ${found.problem.suggestion}`);
  return found;
};

type NoLogo = { readonly problem: { readonly message: string; readonly suggestion: string } };

const readLogo = (file: string): Logo | NoLogo => {
  const problem = (message: string, suggestion: string): NoLogo => ({ problem: { message, suggestion } });
  let body: Buffer;
  try {
    body = readFileSync(file);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return problem(`The logo cannot be read (${code}).`, 'Check its path and mode.');
  }
  if (body.length > MOST_BYTES)
    return problem(
      `The logo has ${body.length} bytes; at most ${MOST_BYTES} are allowed.`,
      'Scale it to a height of 56 pixels, and compress it.',
    );
  const format = FORMATS.find(({ isOne }) => isOne(body));
  if (!format)
    return problem(
      'The logo is no PNG, JPEG or WebP image. SVG is refused, because it can contain scripts.',
      'Convert it to PNG, 56 pixels high.',
    );
  return { body, type: format.type, ending: format.ending };
};

/** By content: the name of a file proves nothing. */
const FORMATS: readonly (Pick<Logo, 'type' | 'ending'> & { readonly isOne: (body: Buffer) => boolean })[] = [
  {
    type: 'image/png',
    ending: 'png',
    isOne: (body) => body.subarray(0, 8).toString('hex') === '89504e470d0a1a0a',
  },
  { type: 'image/jpeg', ending: 'jpg', isOne: (body) => body.subarray(0, 3).toString('hex') === 'ffd8ff' },
  {
    type: 'image/webp',
    ending: 'webp',
    isOne: (body) =>
      body.subarray(0, 4).toString('latin1') === 'RIFF' && body.subarray(8, 12).toString('latin1') === 'WEBP',
  },
];

const colourProblems = ({ accentColor }: BrandSettings): readonly Problem[] =>
  accentColor === undefined
    ? []
    : (['light', 'dark'] as const).flatMap((scheme) => {
        const colour: string | undefined = accentColor[scheme];
        // The schema reports what is absent.
        if (colour === undefined) return [];
        const [worst = 21, surface = ''] =
          SURFACES[scheme]
            .map((one) => [contrast(colour, one), one] as const)
            .sort(([one], [other]) => one - other)[0] ?? [];
        if (worst >= LEAST_CONTRAST) return [];
        return [
          {
            pointer: `/brand/accentColor/${scheme}`,
            // Rounded down: 4.49 is not 4.5.
            message: `${colour} has a contrast of ${(Math.floor(worst * 100) / 100).toFixed(2)}:1 on ${surface}. Text needs ${LEAST_CONTRAST}:1 (WCAG 2.2 §1.4.3).`,
            suggestion: `Take a ${scheme === 'light' ? 'darker' : 'lighter'} colour, such as ${readable(colour, scheme)}.`,
          },
        ];
      });

/** The nearest colour towards black or white that has enough contrast. */
const readable = (colour: string, scheme: Scheme): string => {
  const end = scheme === 'light' ? 0 : 255;
  for (let share = 0.05; share < 1; share += 0.05) {
    const mixed = channels(colour).map((channel) => Math.round(channel + (end - channel) * share));
    const text = `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
    if (SURFACES[scheme].every((surface) => contrast(text, surface) >= LEAST_CONTRAST)) return text;
  }
  return scheme === 'light' ? '#000000' : '#ffffff';
};

const channels = (colour: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** Relative luminance of an sRGB colour (WCAG 2.2). */
const luminance = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
export const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((first, second) => second - first);
  return (light + 0.05) / (dark + 0.05);
};
