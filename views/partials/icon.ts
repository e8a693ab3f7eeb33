import { type Html, html } from '../html.ts';

/** Lines of 1.5 in a square of 20. */
const PATHS = {
  bell: 'M5 14h10l-1.2-2V8.5a3.8 3.8 0 0 0-7.6 0V12zM8.5 16.5h3',
  codes: 'M4 5h12M4 10h12M4 15h7',
  computer: 'M3 4h14v9H3zM7 16.5h6M10 13v3.5',
  eye: 'M2 10c3.5-6 12.5-6 16 0c-3.5 6-12.5 6-16 0zM10 12.3a2.3 2.3 0 1 0 0-4.6a2.3 2.3 0 1 0 0 4.6',
  globe: 'M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14M3 10h14M10 3c-4.5 4.5-4.5 9.5 0 14c4.5-4.5 4.5-9.5 0-14',
  key: 'M10.2 10a3.4 3.4 0 1 0-6.8 0a3.4 3.4 0 1 0 6.8 0H17v3M13.8 10v2.4',
  lock: 'M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  mail: 'M3 5h14v10.5H3zM3 5.5l7 5.5l7-5.5',
  organisation: 'M4 17V4h7v13M11 8h5v9M2.5 17h15M6.5 7.5h2M6.5 11h2',
  person: 'M10 10a3.2 3.2 0 1 0-.01 0M4 16.5c.8-3 3-4.5 6-4.5s5.2 1.5 6 4.5',
  phone: 'M6 2.5h8v15H6zM9 15h2',
  shield: 'M10 2.5l6 2v5c0 4-2.6 6.6-6 8c-3.4-1.4-6-4-6-8v-5zM7.5 10l2 2l3.5-4',
  sliders: 'M3 6.5h8M15.5 6.5H17M13.2 4.5v4M3 13.5h1.5M9 13.5h8M6.8 11.5v4',
  stop: 'M10 3a7 7 0 1 0 0 14a7 7 0 1 0 0-14M5.2 5.2l9.6 9.6',
} as const;

export type IconName = keyof typeof PATHS;

/** A small picture beside a text that says the same. */
export const icon = (name: IconName): Html =>
  html`<svg class="icon" viewbox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="${PATHS[name]}"></path></svg>`;
