/**
 * What a person holds, and what each act leaves of it. Written from the documentation (how-to/directories.md, how-to/receive-signals.md,
 * reference/revocation.md, reference/sign-in.md, reference/approvals.md), and imports nothing of the server.
 */

/** Everything that can work on behalf of a person, or in their place. */
export const HOLDINGS = [
  /** The browser is signed in. */
  'session',
  /** Of an app that the person allowed access while away: an access token of each format, and a refresh token. */
  'jwt',
  'opaque',
  'refresh',
  /** Of an app that works only while the person is signed in. */
  'attended',
  /** Of an agent to which the person delegated, and of one to which that re-delegated. */
  'delegated',
  'redelegated',
  /** Of the agent as well; policies permit it for a group of the directory. */
  'staff',
  /** The agent gets a further token by its delegation. */
  'exchange',
  /** The person has to decide about it; and has decided, and the agent has not fetched the token. */
  'question',
  'approved',
  /** Of an agent that the person owns: the token that it has, and a further one. */
  'owned',
  'ownedAgain',
  /** Another person decides while this one is away. */
  'absence',
] as const;
export type Holding = (typeof HOLDINGS)[number];

/** What a directory, a transmitter, or the provider of the person does. */
export const LEAVING = ['deactivated', 'deleted', 'accountDisabled', 'accountPurged', 'tokensRevoked'] as const;
export const STAYING = [
  'sessionRevoked',
  'sessionsRevoked',
  'loggedOut',
  'joinedGroup',
  'leftGroup',
  'renamed',
  'retitled',
  'newManager',
] as const;
export type Act = (typeof LEAVING)[number] | (typeof STAYING)[number];

const OF_SESSION: readonly Holding[] = ['session', 'attended'];

const ENDED: Readonly<Record<Act, readonly Holding[]>> = {
  deactivated: HOLDINGS,
  deleted: HOLDINGS,
  accountDisabled: HOLDINGS,
  accountPurged: HOLDINGS,
  // The agents keep their owner, and get new tokens.
  tokensRevoked: HOLDINGS.filter((holding) => holding !== 'ownedAgain'),
  sessionRevoked: [...OF_SESSION, 'absence'],
  sessionsRevoked: [...OF_SESSION, 'absence'],
  loggedOut: OF_SESSION,
  joinedGroup: [],
  leftGroup: [],
  renamed: [],
  retitled: [],
  newManager: [],
};

/** What the documentation leaves open. */
const OPEN: Readonly<Partial<Record<Act, readonly Holding[]>>> = { loggedOut: ['absence'] };

/** The account of a person, as far as acts change it. */
export type Life = {
  readonly account: 'active' | 'deactivated' | 'deleted';
  readonly ended: ReadonlySet<Holding>;
  readonly open: ReadonlySet<Holding>;
  readonly isStaff: boolean;
  /** The person can no longer be a deputy; `unclear` where the documentation does not say. */
  readonly deputy: 'able' | 'ended' | 'unclear';
};

export const NEW_LIFE: Life = {
  account: 'active',
  ended: new Set(),
  open: new Set(),
  isStaff: true,
  deputy: 'able',
};

const isLeaving = (act: Act): boolean => (LEAVING as readonly Act[]).includes(act);

const deputyAfter = (before: Life['deputy'], act: Act): Life['deputy'] => {
  if (act === 'deactivated' || act === 'deleted' || before === 'ended') return 'ended';
  return isLeaving(act) ? 'unclear' : before;
};

/** Acts that were answered, in any order. */
export const after = (life: Life, acts: readonly Act[]): Life =>
  acts.reduce<Life>(
    (now, act) => ({
      account: act === 'deleted' ? 'deleted' : act === 'deactivated' && now.account === 'active' ? act : now.account,
      ended: new Set([...now.ended, ...ENDED[act]]),
      open: new Set([...now.open, ...(OPEN[act] ?? [])]),
      isStaff: act === 'joinedGroup' || (act !== 'leftGroup' && act !== 'deleted' && now.isStaff),
      deputy: deputyAfter(now.deputy, act),
    }),
    life,
  );

/** Whether it works. Undefined: the documentation does not say. `deputy`: of the person who decides in an absence. */
export const works = (life: Life, holding: Holding, deputy: Life = NEW_LIFE): boolean | undefined => {
  if (life.ended.has(holding)) return false;
  if (holding === 'absence' && deputy.deputy === 'ended') return false;
  if (life.open.has(holding) || (holding === 'absence' && deputy.deputy === 'unclear')) return undefined;
  if (holding === 'staff') return life.isStaff;
  return true;
};
