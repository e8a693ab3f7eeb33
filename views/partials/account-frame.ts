import type { Html } from '../html.ts';
import type { PageFrame } from '../layout.ts';
import { accountPlaceWords as words } from '../words/account.ts';
import { layoutWords } from '../words/layout.ts';
import { sideNavigation } from './side-navigation.ts';

/** Places below `/account` by subject, in the order of the navigation. */
const GROUPS = {
  acting: { agents: '', approvals: '/approvals', activity: '/activity', transactions: '/transactions' },
  signIn: { security: '/security', sessions: '/sessions' },
  reaching: { notifications: '/notifications', away: '/away' },
} as const;

type PlacesOf<Group> = Group extends keyof typeof GROUPS ? keyof (typeof GROUPS)[Group] : never;
type AccountPlace = PlacesOf<keyof typeof GROUPS>;

/** The navigation of the account pages, for `side` of the layout. `here`: the page itself, not one below it. */
export const accountNavigation = ({ basePath, signedInAs }: PageFrame, place?: AccountPlace, here = true): Html => {
  const link = ([id, path]: readonly [AccountPlace, string]) => ({
    href: `${basePath}/account${path}`,
    name: words.places[id],
    current: id === place ? (here ? ('page' as const) : ('true' as const)) : undefined,
  });
  return sideNavigation(layoutWords.account, [
    ...(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((id) => ({
      id,
      ...(id === 'acting' ? {} : { name: words.groups[id] }),
      links: (Object.entries(GROUPS[id]) as [AccountPlace, string][])
        .filter(([one]) => one !== 'notifications' || signedInAs?.hasNotifications === true)
        .map(link),
    })),
    { id: 'own', name: words.groups.own, links: [{ href: `${basePath}/console`, name: words.agentsIOwn }] },
  ]);
};
