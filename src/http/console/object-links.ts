import type { Phrase } from '../../../views/html.ts';
import type { ObjectLink } from '../../../views/partials/object-page.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { consoleWords } from '../../../views/words/console-frame.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { KillScope } from '../../domain/vocabulary/kill.ts';
import type { OperationId } from '../management/resource-table.ts';
import type { ConsoleCalls } from './console-calls.ts';
import type { ConsoleDeps } from './console-deps.ts';

type Link = readonly [text: Phrase, path: string, operation: OperationId];
/** A link to the kill switch with this target. */
type KillLink = { readonly kill: KillScope; readonly id: string };
/** A link to the budgets about this agent or account. */
type BudgetsLink = { readonly budgetsOf: string };

/** Links to the pages below `href` that the account may use, to the budgets about it, and to the kill switch. */
export const linksAbout = (
  { basePath }: Pick<ConsoleDeps, 'basePath'>,
  calls: ConsoleCalls,
  account: Account,
  href: string,
  links: readonly (Link | KillLink | BudgetsLink)[],
): readonly ObjectLink[] =>
  links.flatMap((link): readonly ObjectLink[] => {
    if ('budgetsOf' in link) {
      const text = consoleWords.places.budgets;
      const list = `${basePath}/console/budgets?q=${link.budgetsOf}`;
      return calls.may('listBudgets', account) ? [{ text, href: list }] : [];
    }
    if (!('kill' in link)) {
      const [text, path, operation] = link;
      return calls.may(operation, account) ? [{ text, href: `${href}/${path}` }] : [];
    }
    if (!calls.mayAll('createKill', account)) return [];
    const query = new URLSearchParams({ scope: link.kill, name: link.id });
    return [{ text: fieldWords.stopNow, href: `${basePath}/console/kills/new?${query}`, kind: 'danger' }];
  });
