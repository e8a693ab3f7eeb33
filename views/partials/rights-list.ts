import { plainText } from '../agent-text.ts';
import { amountLine } from '../detail-amount.ts';
import { type Html, html } from '../html.ts';
import { scopeWords } from '../words/scope.ts';
import { type DetailChoice, type DetailItem, detailText } from './detail-list.ts';
import { type Risk, riskBadge, type ScopeChoice, type ScopeItem, scopeFieldValue } from './scope-list.ts';
import { type Tick, tickList } from './tick-list.ts';

/** What a scope or an authorization detail permits. */
export type Right = ScopeItem | DetailItem;

const ORDER: Readonly<Record<Risk, number>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** The riskiest first, otherwise in their order. */
const byRisk = <T extends { readonly risk: Risk }>(rights: readonly T[]): readonly T[] =>
  rights.toSorted((one, other) => ORDER[one.risk] - ORDER[other.risk]);

const scopeText = ({ name, description }: ScopeItem): string => plainText(description, 160) || plainText(name, 80);

const isScope = (right: Right): right is ScopeItem => !('sentence' in right);

const rightText = (right: Right): Html =>
  isScope(right) ? html`<span class="does">${scopeText(right)}</span>` : detailText(right);

/** For those who know scopes by their names, as operators do. */
type Named = { readonly hasNames?: boolean };

/** The `most` riskiest rights in one line of text. */
export const rightsBrief = (rights: readonly Right[], most: number): Html =>
  html`${byRisk(rights)
    .slice(0, most)
    .map(
      (right, index) =>
        html`${index > 0 && ', '}${isScope(right) ? scopeText(right) : amountLine(right, detailText(right))}`,
    )}`;

/** Rights to read, the riskiest first. */
export const heldRights = (rights: readonly Right[], { hasNames = false }: Named = {}): Html | undefined =>
  rights.length === 0
    ? undefined
    : html`<ul class="choices rights">${byRisk(rights).map(
        (right) =>
          html`<li class="${right.risk}"><div class="option"><div>${hasNames && isScope(right) ? named(right) : rightText(right)}</div> <span class="marks">${riskBadge(right.risk)}</span></div></li>`,
      )}</ul>`;

/**
 * Boxes for the rights at one resource, the riskiest first. The form fields are `scope` (its value as `scopeFieldValue` has
 * it) and `detail` (its id). `saysOff`: a right of high or critical risk that the page does not tick says so. `hasNames`: each
 * scope has its name behind it.
 */
export const rightChoices = (
  {
    identifier,
    scopes,
    details = [],
  }: {
    readonly identifier: string;
    readonly scopes: readonly ScopeChoice[];
    readonly details?: readonly DetailChoice[] | undefined;
  },
  idPrefix: string,
  { saysOff = false, hasNames = false }: Named & { readonly saysOff?: boolean } = {},
): Html | undefined => {
  const boxes = byRisk<ScopeChoice | DetailChoice>([...scopes, ...details]).map((right, index): Tick => {
    const { checked, risk, isNew } = right;
    const isOff = saysOff && !checked && (risk === 'high' || risk === 'critical');
    const text = 'id' in right ? detailText(right) : hasNames ? named(right) : labelOf(right, scopes);
    return {
      id: `${idPrefix}-${index}`,
      ...('id' in right
        ? { name: 'detail', value: right.id }
        : { name: 'scope', value: scopeFieldValue(identifier, right.name) }),
      label: isOff
        ? html`<span class="right-text">${text}</span> <span class="off-note">${scopeWords.ownDecision}</span>`
        : text,
      isChecked: checked,
      marks: riskBadge(risk, isNew),
      look: risk,
    };
  });
  return boxes.length === 0 ? undefined : tickList(boxes);
};

/** The same for scopes that an MCP server wishes, in the form field `wish`. None is ticked. */
export const wishChoices = (
  scopes: readonly (ScopeItem & { readonly value: string })[],
  idPrefix: string,
): Html | undefined =>
  scopes.length === 0
    ? undefined
    : tickList(
        byRisk(scopes).map((scope, index) => ({
          ...{ id: `${idPrefix}-${index}`, name: 'wish', value: scope.value, isChecked: false, look: scope.risk },
          label: labelOf(scope, scopes),
          marks: riskBadge(scope.risk),
        })),
      );

/** With the name of the scope where only the name tells it from another one of the list. */
const labelOf = (scope: ScopeItem, all: readonly ScopeItem[]): Html => {
  const isAlike = all.some((other) => other.name !== scope.name && scopeText(other) === scopeText(scope));
  return isAlike ? named(scope) : rightText(scope);
};

const named = (scope: ScopeItem): Html => html`${rightText(scope)} <code>${plainText(scope.name, 80)}</code>`;
