/** Whether tokens of a client or agent make another finding possible, so that not each of them leads to an examination. */
import type { ClientActivity } from './client-activity.ts';
import { signsOfActivity } from './undeclared-signs.ts';

/** A token after so long without one may end a finding. */
const QUIET_SECONDS = 86_400;
/** Clients whose signs are remembered, so that the same ones lead to one examination. */
const MOST_SIGNS = 20_000;

export interface ActivityNews {
  /** Whether these tokens may have led to another finding, or ended one. What only time changes is left to the sweep. */
  mayFind(id: string, before: ClientActivity | undefined, now: ClientActivity): boolean;
  forget(): void;
}

export const activityNews = (): ActivityNews => {
  const signs = new Map<string, string>();
  return {
    mayFind(id, before, now) {
      const isNews =
        !before || now.lastAt - before.lastAt >= QUIET_SECONDS || now.networks.length > before.networks.length
          ? true
          : now.networks.some(({ firstAt }) => firstAt > before.lastAt);
      if (id.startsWith('agt_')) return isNews;
      const found = signsOfActivity(now, now.lastAt);
      if (!isNews && signs.get(id) === found) return false;
      if (signs.size >= MOST_SIGNS) signs.clear();
      signs.set(id, found);
      return true;
    },

    forget: () => signs.clear(),
  };
};
