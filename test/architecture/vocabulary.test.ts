/**
 * The words of the project. What a reader who knows the RFCs would have to look up does not stand in source, pages, docs and tests:
 * the maximum of a word may only fall, and names that were given up do not come back. The words to use are in the
 * glossary (docs/README.md).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const LOOKED_AT = ['src', 'adapters', 'views', 'config', 'docs', 'packages', 'python', 'test'] as const;
/** Results of a day, what is installed or built, and this list. */
const LEFT_OUT = /^docs\/(?:results|pictures)\/|\/(?:node_modules|dist)\/|^test\/architecture\/vocabulary\.test\.ts$/;
/** What generated pages are made from is looked at. */
const GENERATED = '<!-- Generated from ';

/** Word → what to write in its place, and how often it may still stand. */
const WORDS: Readonly<Record<string, readonly [instead: string, most: number]>> = {
  somebody: ['who it is: a user, client, agent, owner, approver, administrator', 0],
  nobody: ['no user, no agent, no owner …', 0],
  whoever: ['who it is', 0],
  whatever: ['what it is', 0],
  anybody: ['who it is: any client, any user', 0],
  'lease|leases': ['grant; for a lock with an end: lock', 3],
  'trail|trails': ['audit log', 0],
  'courier|couriers': ['delivery worker', 0],
  telling: ['notification', 0],
  'desk|desks': ['service', 5],
  'seat|seats': ['approver slot', 0],
  'door|doors': ['channel', 0],
  glass: ['break-glass', 0],
  'the engine': ['oidc-provider', 0],
  'the house': ['architecture', 0],
  'running copy|running copies': ['instance', 0],
  'piece of work|pieces of work': ['transaction', 0],
  'in advance': ['standing approval', 3],
  'a yes': ['an approval', 3],
  'a no': ['a denial', 0],
  'passed on|pass on|passes on|passing on': ['re-delegate', 0],
  'taken back|take back|takes back': ['revoke', 3],
};

/** Where a word means something else. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  // The user of a system under which Apache runs.
  nobody: /^test\/clients\/apache\.ts$/,
  // The name of a campaign.
  'lease|leases': /^test\/campaigns\/(?:leases|main)\.ts$/,
  // An app of the tests is called Desk.
  'desk|desks': /^test\//,
  // The heading of a page.
  'in advance': /^test\/integration\/standing-approvals\.test\.ts$/,
  'the engine':
    /^src\/domain\/authority\/policy\/|^adapters\/cedar\/|policy-engine|^docs\/(?:how-to\/policy|explanation\/decisions\/0013)/,
  'trail|trails': /^src\/domain\/authority\/policy\/line-diff\.ts$/,
};

/** Names that were given up, as they stood in code. */
const FORMER_NAMES: readonly string[] = [
  'Lease',
  'LeaseRecord',
  'LeaseRights',
  'Leases',
  'maxLeaseSeconds',
  'leaseRegister',
  'AuditTrail',
  'auditTrail',
  'exportTrail',
  'commandLineTrail',
  'EnginePages',
  'EngineContext',
  'EngineClients',
  'EngineRecord',
  'EngineToken',
  'EngineInteraction',
  'engineOf',
  'buildEngine',
  'noticeBook',
  'Notice',
  'NoticeKind',
  'KillTelling',
  'newCourier',
  'handOn',
  'bury',
  'ApprovalDesk',
  'GrantDesk',
  'approvalDesk',
  'grantDesk',
  'Seat',
  'seatOf',
  'seatsOf',
  'inNameOf',
  'isBroken',
  'Glass',
  'GlassFacts',
  'Door',
  'AccountRegister',
  'ConsentRegister',
  'ConsumptionRegister',
  'CredentialRegister',
  'DelegationRegister',
  'FactorRegister',
  'InstanceRegister',
  'KillRegister',
  'NodeRegister',
  'PushRegister',
  'SessionRegister',
  'votesNow',
  'VotesNow',
  'takenBack',
  'TakenBack',
  'waysIn',
  'WaysIn',
  'oneAtATime',
  'notedUses',
  'accountHints',
  'pollingPace',
  'agentUpkeep',
  'credentialUpkeep',
  'departureRegister',
  'inForce',
  'knowsAgent',
  'MOVED',
  'LEFT_BEHIND',
];

/** Names that mean something else in tests. */
const COMMON_IN_TESTS: readonly string[] = ['isBroken'];

/** Folders and files that have another name now. */
const FORMER_PATHS: readonly string[] = [
  'src/domain/telling',
  'src/domain/moving',
  'src/domain/names',
  'src/domain/details',
  'src/domain/access',
  'src/domain/federation',
  'src/domain/nodes',
  'src/domain/limits',
  'src/domain/secrets',
  'src/http/access',
  'src/domain/revocation/kill-telling.ts',
  'src/compose/telling.ts',
  'src/http/management/notice-schemas.ts',
  'src/http/management/routes/notices.ts',
  'views/mail/notice-mail.ts',
  'views/push/notice-push.ts',
  'src/compose/moved-data.ts',
  'src/compose/moving-store.ts',
  'src/cli/commands/moving.ts',
  'src/compose/access.ts',
  'src/cli/commands/federation.ts',
  'src/http/management/federation-schemas.ts',
  'src/http/management/routes/federation.ts',
  'src/domain/accounts/account-register.ts',
  'src/domain/agents/credential-register.ts',
  'src/domain/consent/consent-register.ts',
  'src/domain/delegation/delegation-register.ts',
  'src/domain/factors/factor-register.ts',
  'src/domain/instances/instance-register.ts',
  'src/domain/revocation/kill-register.ts',
  'src/domain/revocation/registers-under-kills.ts',
  'src/domain/sessions/session-register.ts',
  'src/domain/approvals/approval-desk.ts',
  'src/domain/approvals/approval-rows.ts',
  'src/domain/grants/grant-desk.ts',
  'src/provider/consumption-register.ts',
  'views/words/registers.ts',
  'src/domain/ports/leases.ts',
  'src/provider/leases.ts',
  'src/provider/lease-maker.ts',
  'src/provider/presented-lease.ts',
  'src/domain/grants/grant-use.ts',
  'src/domain/delegation/delegation-row.ts',
  'src/domain/delegation/ceilings-of-rows.ts',
  'src/domain/consent/pass-on-choices.ts',
  'src/domain/approvals/acquaintance.ts',
  'src/domain/approvals/taken-back.ts',
  'src/domain/approvals/votes-now.ts',
  'src/domain/approvals/asking.ts',
  'src/domain/approvals/asking-for-token.ts',
  'src/extensions/token-exchange/approval-door.ts',
  'views/partials/approval-seat.ts',
  'views/words/approval-door.ts',
  'src/domain/agents/agent-upkeep.ts',
  'src/domain/agents/agent-use.ts',
  'src/domain/agents/agent-words.ts',
  'src/domain/agents/credential-upkeep.ts',
  'src/domain/agents/credential-use.ts',
  'src/domain/agents/departures.ts',
  'src/domain/revocation/hands.ts',
  'src/domain/retention/former-rows.ts',
  'src/domain/upstream/ways-in.ts',
  'views/pages/onward.ts',
  'src/domain/policy/policy-trials.ts',
  'src/cli/commands/policy-trials.ts',
  'src/http/management/policy-trials.ts',
  'src/http/console/try-page.ts',
  'src/http/console/try-use-page.ts',
  'views/pages/console-policy-try.ts',
  'views/pages/console-policy-try-use.ts',
  'views/words/console-try.ts',
  'views/words/console-try-use.ts',
  'src/domain/audit/audit-trail.ts',
  'src/domain/audit/command-line-trail.ts',
  'src/domain/audit/export-trail.ts',
  'src/domain/audit/sender-apart.ts',
  'src/compose/engine.ts',
  'src/provider/engine-client.ts',
  'src/provider/engine-denials.ts',
  'src/provider/engine-fetch.ts',
  'src/provider/engine-forms.ts',
  'src/provider/engine-pages.ts',
  'src/provider/exchange-now.ts',
  'src/provider/sign-out-there.ts',
  'src/http/engine-pages.ts',
  'src/http/console/grant-ways.ts',
  'src/http/console/listed.ts',
  'src/http/console/register-form.ts',
  'src/http/account/away.ts',
  'views/pages/away.ts',
  'views/words/away.ts',
  'adapters/sqlite/room-keeping.ts',
  'adapters/sqlite/list-rows.ts',
];

type Source = { readonly path: string; readonly text: string };

const sources: readonly Source[] = [
  'README.md',
  ...LOOKED_AT.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => `${folder}/${name}`.replaceAll('\\', '/')),
  ),
]
  .filter((path) => /\.(?:ts|js|css|md|cedar|py)$/.test(path) && !LEFT_OUT.test(path))
  .sort()
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
  .filter(({ text }) => !text.startsWith(GENERATED));

/** As a word of its own, in any case, also over the end of a line. */
const expressionOf = (word: string): RegExp =>
  new RegExp(`(?<![\\w-])(?:${word.replaceAll(' ', '\\s+(?:\\*\\s+|//\\s+)?')})(?![\\w-])`, 'gi');

const placesOf = (word: string, among: readonly Source[] = sources): readonly string[] =>
  among
    .filter(({ path }) => ALLOWED[word]?.test(path) !== true)
    .flatMap(({ path, text }) =>
      [...text.matchAll(expressionOf(word))].map(({ index }) => `${path}:${text.slice(0, index).split('\n').length}`),
    );

test.each([
  ['door', 'Through which door it came.', 1],
  ['door', 'const doorway = outdoor + isDoor;', 0],
  ['door', 'next-door', 0],
  ['the engine', '/** What\n * the\n * engine keeps. */', 1],
  ['somebody', 'Somebody said so.', 1],
])('%s is found in %j', (word, text, count) => {
  expect(placesOf(word, [{ path: 'src/a.ts', text }])).toHaveLength(count);
});

test('what is looked at is there', () => {
  expect(sources.length).toBeGreaterThan(700);
});

test.each(Object.entries(WORDS))('"%s" stands no more often than before', (word, [instead, most]) => {
  const places = placesOf(word);
  expect({ word, instead, tooMany: places.length > most ? places.slice(0, 20) : [] }).toEqual({
    word,
    instead,
    tooMany: [],
  });
});

test('names that were given up do not come back', () => {
  const code = sources.filter(({ path }) => path.endsWith('.ts'));
  const back = FORMER_NAMES.flatMap((name) => {
    const expression = new RegExp(`(?<![\\w$])${name}(?![\\w$])`);
    const isCommon = COMMON_IN_TESTS.includes(name);
    return code
      .filter(({ path, text }) => !(isCommon && path.startsWith('test/')) && expression.test(text))
      .map(({ path }) => `${path}: ${name}`);
  });
  expect(back).toEqual([]);
});

test('folders and files that were renamed do not come back', () => {
  expect(FORMER_PATHS.filter((path) => existsSync(join(ROOT, path)))).toEqual([]);
});
