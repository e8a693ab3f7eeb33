import type { TransactionDifference } from '../../../views/pages/transaction-difference.ts';
import { agentFactWords } from '../../../views/words/console-agent.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import type { ItemOf } from './console-calls.ts';
import { doerName, type Names, partyNames, resourceNames, transactionHref } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';

type Step = ItemOf<'listTransactionSteps'>;

/** Tokens of each that are compared, and how many a call reads. */
const MOST = 1000;
const AT_A_TIME = 200;
const LINES = 200;

/** What tokens of both have in common, and what only one has: by agent, API, scope, tool or route, and grade. */
export const transactionDifference = async (
  { deps, calls }: PageParts,
  viewer: Viewer,
  one: string,
  other: string,
): Promise<TransactionDifference> => {
  const read = async (id: string) => {
    const steps: Step[] = [];
    let after: Cursor | undefined;
    do {
      const query = { limit: AT_A_TIME };
      const { body, next } = await calls.run('listTransactionSteps', viewer.account, viewer.by, { id, query, after });
      steps.push(...(body?.items ?? []));
      after = next;
    } while (after && steps.length < MOST);
    return { steps: steps.slice(0, MOST), isMore: after !== undefined || steps.length > MOST };
  };
  const [mine, theirs] = [await read(one), await read(other)];
  const all = [...mine.steps, ...theirs.steps];
  const names = await partyNames(
    deps,
    all.map(({ agent }) => agent),
  );
  const apis = await resourceNames(
    deps,
    all.flatMap(({ resource }) => resource ?? []),
  );
  const lines = linesOf(mine.steps, theirs.steps);
  return {
    other: { id: other, href: transactionHref(deps, other) },
    lines: lines.slice(0, LINES).map((line) => named(line, names, apis)),
    isMore: mine.isMore || theirs.isMore || lines.length > LINES,
  };
};

type Line = Omit<TransactionDifference['lines'][number], 'agent' | 'api'> & {
  readonly agent: string;
  readonly resource: string;
};

/** What each did, and how often. Lines that differ come first, so that a limit on lines cuts them last. */
export const linesOf = (mine: readonly Step[], theirs: readonly Step[]): readonly Line[] => {
  const [here, there] = [countsOf(mine), countsOf(theirs)];
  const keys = [...new Set([...here.keys(), ...there.keys()])].sort();
  const lines = keys.map((key): Line => {
    const [agent = '', resource = '', what = '', result = '', kind] = JSON.parse(key) as readonly string[];
    return {
      ...{ agent, resource, what, result, isCall: kind === 'call' },
      ...{ here: here.get(key) ?? 0, there: there.get(key) ?? 0 },
    };
  });
  const isSame = (line: Line): boolean => line.here === line.there;
  return [...lines.filter((line) => !isSame(line)), ...lines.filter(isSame)];
};

/** How often each kind of token, and each kind of call with it, occurs. */
const countsOf = (steps: readonly Step[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  const add = (key: readonly string[]): void => {
    const text = JSON.stringify(key);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  };
  for (const { agent = '', resource = '', scope, grade, calls } of steps) {
    add([agent, resource, [...scope].sort().join(' '), grade]);
    for (const { what, outcome } of calls) add([agent, resource, what, outcome, 'call']);
  }
  return counts;
};

/** Agent and API with the names that the list of tokens has. */
const named = (
  { agent, resource, ...line }: Line,
  names: Names,
  apis: Names,
): TransactionDifference['lines'][number] => ({
  ...line,
  agent: agent === '' ? agentFactWords.thisServer : doerName(names, agent),
  api: resource === '' ? '' : apis(resource),
});
