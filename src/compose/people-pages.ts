/** The dependencies of the pages for people: sign-in, second factors, browser sessions. Called by compose.ts. */

import type { Configuration } from '../../config/configuration.ts';
import type { AttemptsDeps } from '../domain/identity/accounts/attempts.ts';
import { passwordSignIn } from '../domain/identity/accounts/sign-in.ts';
import { passkeys } from '../domain/identity/factors/passkeys.ts';
import { secondFactor } from '../domain/identity/factors/second-factor.ts';
import { totpEnrolment } from '../domain/identity/factors/totp-enrolment.ts';
import { partiesOf } from '../domain/identity/groups/owners.ts';
import { changeBroadcast } from '../domain/platform/cluster/change-broadcast.ts';
import type { OpenRecords } from '../domain/platform/rate-limits/open-records.ts';
import { liveApprovals } from '../http/account/approvals/live.ts';
import type { PeopleDeps } from '../http/interaction/people-deps.ts';
import { readerLanguage } from '../http/middleware/language.ts';
import type { Services } from './services.ts';
import { upstreamPages } from './upstream-pages.ts';

/** Agents that wait for one person, on the account page; the console has them all. */
const MOST_OFFERED = 20;

export const peoplePages = (
  made: Services,
  configuration: Configuration,
  {
    interactions,
    browserSessions,
    open,
    grants,
    grantService,
    delegations,
    countRefusal,
    failedSignIns,
    brand,
  }: Pick<
    PeopleDeps,
    'interactions' | 'browserSessions' | 'grants' | 'grantService' | 'delegations' | 'countRefusal' | 'brand'
  > & {
    readonly open: OpenRecords;
    readonly failedSignIns: AttemptsDeps['refusals'];
  },
) => {
  const { issuer, limits } = configuration;
  const { clock, identifiers, ephemeral, masterKey, audit, resourceServers, requests, consents } = made;
  const { agents, clients } = made.effectiveRegistries;
  // Writes go to the registry; reads see accounts in their effective state under kills.
  const accounts = { ...made.accounts, ...made.effectiveRegistries.accounts };

  const { sessions } = made;
  const signingIn = {
    ...{ accounts, factors: made.factors, ephemeral, clock, identifiers, masterKey, audit, limits },
    refusals: failedSignIns,
  };
  const keysOfPeople = passkeys({ ...signingIn, issuer });
  const live = liveOnEveryNode(made);
  return {
    issuer,
    basePath: new URL(issuer).pathname.replace(/\/$/, ''),
    readerLanguage: readerLanguage(issuer),
    brand,
    interactions,
    browserSessions,
    sessions,
    grants,
    grantService,
    uses: made.grantUses,
    authorize: made.authorize,
    accounts,
    groups: made.groups,
    ownerNames: made.ownerNames,
    clients,
    agents,
    offeredTo: async (account: string) => {
      const owners = await partiesOf(made.groups, account);
      const { items } = await made.agents.list({ owners, awaiting: true, limit: MOST_OFFERED });
      return items.map(({ document }) => document);
    },
    resourceServers,
    delegations,
    ownReview: made.ownReview,
    delegationRequests: requests,
    stepUps: made.stepUps,
    verifiedNames: made.names,
    accountLinks: made.links,
    peers: made.peers,
    consents,
    signIn: passwordSignIn({ ...signingIn, passwords: made.passwords, isOn: configuration.passwords.signIn }),
    resets: configuration.passwords.signIn ? made.notifications.resets : undefined,
    emails: made.notifications.emails,
    secondFactor: secondFactor({ ...signingIn, passkeys: keysOfPeople }),
    passkeys: keysOfPeople,
    upstream: upstreamPages(made, configuration, signingIn, accounts, open),
    isPasswordOn: configuration.passwords.signIn,
    factors: made.factors,
    totpEnrolment: totpEnrolment({
      ...signingIn,
      issuerName: `${configuration.brand?.name ?? 'Behalf'} ${new URL(issuer).host}`,
    }),
    notificationChoices: made.notifications.choices,
    push: made.push.registry && { keys: made.push.keys, registry: made.push.registry },
    approvals: {
      service: made.approvals.service,
      standing: made.approvals.standing,
      absences: made.approvals.absences,
      transactions: made.transactions,
      live,
      clock,
    },
    masterKey,
    audit,
    countRefusal,
    passwordMinimumLength: configuration.passwords.minimumLength,
  };
};

/** Pages that wait for approvals: they learn of each change, on this node and on others. */
const liveOnEveryNode = (made: Services): PeopleDeps['approvals']['live'] => {
  const { broadcast, identifiers } = made;
  const live = liveApprovals();
  const changes = changeBroadcast(broadcast, identifiers, 'approvals');
  const tell = (people: readonly string[]): void => {
    live.tell(people);
    void changes.tell(people);
  };
  made.approvals.listen((approval) => {
    // Notifies the approvers themselves when their deputies cannot be determined.
    made.approvals.service.toldOf(approval).then(tell, () => tell(approval.approvers));
  });
  changes.hear(live.tell);
  const ends = changeBroadcast(broadcast, identifiers, 'sessions');
  made.sessions.listen((account) => {
    live.look([account]);
    void ends.tell([account]);
  });
  ends.hear(live.look);
  return live;
};
