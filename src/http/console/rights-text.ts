/** Scopes by API as text of a form: on each line an API, then its scopes. */
import type { Given } from './form-fields.ts';

/** A tick is an API and one of its scopes. It joins the typed line of that API, or is a line of its own. */
export const withTicks = (text: string | undefined, ticks: readonly string[]): Given => {
  const lines = (text ?? '').split('\n').filter((line) => line.trim() !== '');
  for (const tick of ticks.slice(0, MOST_TICKS)) {
    const [api = '', scope = ''] = tick.split(' ');
    const at = lines.findIndex((line) => line.trim().split(/\s+/u)[0] === api);
    if (at === -1) lines.push(tick);
    else lines[at] = `${lines[at]} ${scope}`;
  }
  return text === undefined && lines.length === 0 ? [] : [lines.join('\n')];
};

/** Rights in one order, to compare them. */
export const inOneOrder = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      const [api = '', ...scopes] = line.trim().split(/\s+/u);
      return [api, ...new Set(scopes.sort())].join(' ');
    })
    .sort()
    .join('\n');

const MOST_TICKS = 2000;
