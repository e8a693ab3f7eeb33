/** Links from figures about decisions of people to what they count. */
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { type ConsoleDeps, personHref } from './console-deps.ts';

const DAY = 86_400;

const dayOf = (at: number): string => new Date(at * 1000).toISOString().slice(0, 10);

export type DecisionLinks = {
  /** Events of approvals on the day that begins at `from`, epoch seconds. Empty: the viewer reads no audit log. */
  readonly ofDay: (from: number) => { readonly href?: string };
  /** The page of a person, and their decisions from the first of the days on. What the viewer may not open is left out. */
  readonly ofPerson: (
    account: string,
    days: readonly number[],
  ) => { readonly href?: string; readonly decisionsHref?: string };
};

export const decisionLinks = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  { sees }: Pick<ConsoleFrame, 'sees'>,
): DecisionLinks => {
  const isLogged = sees.includes('auditLog');
  const events = (more: Readonly<Record<string, string>>): string =>
    `${deps.basePath}/console/audit?${new URLSearchParams({ text: 'approval', outcome: 'done', ...more })}`;
  return {
    ofDay: (from) => (isLogged ? { href: events({ from: dayOf(from), to: dayOf(from) }) } : {}),
    ofPerson: (account, days) => ({
      ...(sees.includes('people') ? { href: personHref(deps, account) } : {}),
      ...(isLogged
        ? {
            decisionsHref: events({
              caller: account,
              from: dayOf(days[0] ?? 0),
              to: dayOf((days.at(-1) ?? 0) + DAY - 1),
            }),
          }
        : {}),
    }),
  };
};
