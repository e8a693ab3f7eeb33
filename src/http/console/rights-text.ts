/** Typed and ticked scopes of a form as one text (views/rights-text.ts). */
import { type RightsLine, rightsLines, rightsText } from '../../../views/rights-text.ts';
import type { Given } from './form-fields.ts';

/** A tick is an API and one of its scopes. It joins the typed line of that API, or is a line of its own. */
export const withTicks = (text: string | undefined, ticks: readonly string[]): Given => {
  const lines: RightsLine[] = [...rightsLines(text ?? '')];
  for (const { resource, scopes } of rightsLines(ticks.slice(0, MOST_TICKS).join('\n'))) {
    const at = lines.findIndex((line) => line.resource === resource);
    const line = lines[at];
    if (line === undefined) lines.push({ resource, scopes });
    else lines[at] = { resource, scopes: [...line.scopes, ...scopes] };
  }
  return text === undefined && lines.length === 0 ? [] : [rightsText(lines)];
};

/** Rights in one order, to compare them. */
export const inOneOrder = (text: string): string =>
  rightsText(rightsLines(text).map(({ resource, scopes }) => ({ resource, scopes: [...new Set(scopes.toSorted())] })))
    .split('\n')
    .sort()
    .join('\n');

const MOST_TICKS = 2000;
