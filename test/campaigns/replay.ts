/**
 * Policies run over a long past: decisions of an organization are recorded in an audit log on SQLite, as the server records
 * them, and replayed under other policies. What the replay says is set against what a rule of three lines says, and
 * what it takes is measured: time, and memory beyond what was there before.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { openSqlite } from '../../adapters/sqlite/database.ts';
import { sqliteDocumentStore } from '../../adapters/sqlite/document-store.ts';
import { newAuditLog } from '../../src/domain/audit/audit-log.ts';
import { auditSigner } from '../../src/domain/audit/audit-signer.ts';
import { authorizer } from '../../src/domain/authority/decision/authorize.ts';
import { recordOf } from '../../src/domain/authority/decision/decision.ts';
import type { AgentParty, DecisionFacts } from '../../src/domain/authority/decision/facts.ts';
import { type ReplaySummary, replay as replayed } from '../../src/domain/authority/policy/replay.ts';
import type { Account } from '../../src/domain/identity/accounts/account.ts';
import type { ResourceServer } from '../../src/domain/resources/resource-servers/resource-server.ts';
import { type Campaign, type CampaignRun, chosen, type Figures, type Random } from './campaign.ts';
import { rounded } from './figures.ts';

const DEFAULT_TRIALS = 100_000;
const AGENTS = 500;
const PEOPLE = 200;
const SERVERS = 20;
/** Who does what for whom again and again; few of them do most of it. */
const RELATIONS = 2_000;
/** Appended at once: they share a write. */
const TOGETHER = 500;
const DAY = 86_400;
const DAYS = 30;
const START = 1_790_000_000;
/** What the two cores of the machine may take for a million, and how much memory may grow. */
const AIM_SECONDS_PER_MILLION = 180;
const MOST_GROWTH_MIB = 300;

const ENVIRONMENTS = ['production', 'test', 'development'] as const;
const SCOPES = [
  { name: 'read', description: 'Read', risk: 'low' },
  { name: 'write', description: 'Write', risk: 'medium' },
  { name: 'share', description: 'Share', risk: 'medium' },
  { name: 'delete', description: 'Delete', risk: 'high' },
] as const;

/** What is tried, and what of a decision that gave `scope` it refuses. */
type Draft = { readonly text: string; readonly refuses: (decided: Decided, scope: string) => boolean };

type Decided = { readonly environment: string; readonly now: number };

const hourOf = (now: number): number => Math.floor((now % DAY) / 3600);
const FORBID = 'forbid (principal is Agent, action == Action::"act", resource)';

const DRAFTS: Readonly<Record<string, Draft>> = {
  'by environment': {
    text: `@id("tried") ${FORBID} when { principal.environment != "production" && resource.risk != "low" };`,
    refuses: ({ environment }, scope) => environment !== 'production' && scope !== 'read',
  },
  'by hour': {
    text: `@id("tried") ${FORBID} when { context.hour < 6 };`,
    refuses: ({ now }) => hourOf(now) < 6,
  },
  'by second': {
    text: `@id("tried") ${FORBID} when { context.now >= ${START + (DAYS / 2) * DAY} };`,
    refuses: ({ now }) => now >= START + (DAYS / 2) * DAY,
  },
  'every question new': {
    text: `@id("tried") ${FORBID} when { context.now - ${START} >= ${(DAYS / 2) * DAY} };`,
    refuses: ({ now }) => now >= START + (DAYS / 2) * DAY,
  },
};

const organization = (random: Random) => {
  const common = { createdAt: 0, updatedAt: 0 };
  const servers = Array.from(
    { length: SERVERS },
    (_, n): ResourceServer => ({
      id: `rs_${n}`,
      identifier: `https://service-${n}.example.com`,
      name: `Service ${n}`,
      scopes: SCOPES,
      accessTokenFormat: 'jwt',
      accessTokenSigningAlg: 'ES256',
      accessTokenTtlSeconds: 600,
      introspectionAuthMethod: 'none',
      state: 'active',
      ...common,
    }),
  );
  const people = Array.from(
    { length: PEOPLE },
    (_, n): Account => ({
      id: `acc_${n}`,
      username: `person-${n}`,
      name: `Person ${n}`,
      groups: [`grp_${n % 12}`],
      roles: [],
      state: 'active',
      sessionsValidFrom: 0,
      ...common,
    }),
  );
  const agents = Array.from(
    { length: AGENTS },
    (_, n): AgentParty => ({
      kind: 'agent',
      id: `agt_${n}`,
      owner: `acc_${n % PEOPLE}`,
      environment: ENVIRONMENTS[n % 3] ?? 'test',
      blueprint: `bpt_${n % 25}`,
      authority: Object.fromEntries(servers.map(({ identifier }) => [identifier, ['*']])),
    }),
  );
  return Array.from({ length: RELATIONS }, () => ({
    caller: random.pick(agents),
    subject: random.chance(0.7) ? random.pick(people) : undefined,
    server: random.pick(servers),
    asked: SCOPES.map(({ name }) => name).filter(() => random.chance(0.5)),
  }));
};

type Relation = ReturnType<typeof organization>[number];

const factsOf = ({ caller, subject, server, asked }: Relation, now: number): DecisionFacts => ({
  route: subject ? 'token_exchange' : 'client_credentials',
  now,
  server,
  asked: asked.length === 0 ? undefined : asked,
  caller,
  through: [],
  actors: [caller.id],
  ...(subject ? { subject, delegation: ['read', 'write', 'share'] } : {}),
});

const mebibytes = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);

const campaign = async (run: CampaignRun): Promise<Figures> => {
  const { options, random, progress, violation } = run;
  const trials = options.trials ?? DEFAULT_TRIALS;
  chosen(run, ['sqlite']);
  const folder = await mkdtemp(join(tmpdir(), 'behalf-replay-'));
  const documents = sqliteDocumentStore(openSqlite({ file: join(folder, 'audit.db') }));
  const clock = { now: () => Math.floor(millis / 1000), nowMillis: () => millis };
  let millis = START * 1000;
  try {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const auditLog = newAuditLog({
      documents,
      clock,
      node: 'nod_a',
      issuer: 'https://id.example.com',
      signer: await auditSigner(privateKey.export({ format: 'jwk' }) as never),
    });
    await auditLog.open();
    const engine = cedarPolicyEngine();
    const starter = await engine.compile(engine.starter);
    const decide = authorizer({
      identifiers: randomIdentifiers,
      managementApi: 'https://id.example.com/api/v1',
      policies: { current: async () => ({ version: 1, policies: starter }) },
    });
    const relations = organization(random);
    const expected = Object.fromEntries(Object.keys(DRAFTS).map((name) => [name, 0]));
    const recordingFrom = performance.now();
    for (let done = 0; done < trials; done += TOGETHER) {
      const some = await Promise.all(
        Array.from({ length: Math.min(TOGETHER, trials - done) }, async (_, index) => {
          const now = START + Math.floor(((done + index) / trials) * DAYS * DAY);
          const relation = relations[Math.floor(random.next() ** 2 * RELATIONS)] as Relation;
          return { now, relation, decision: await decide(factsOf(relation, now)) };
        }),
      );
      const written = some.map(({ now, relation: { caller, subject, server }, decision }) => {
        millis = now * 1000;
        for (const [name, { refuses }] of Object.entries(DRAFTS)) {
          const of = { environment: (caller as AgentParty).environment, now };
          if (decision.scope.some((scope) => refuses(of, scope))) expected[name] = (expected[name] ?? 0) + 1;
        }
        const isGiven = decision.scope.length > 0;
        return auditLog.append({
          type: isGiven ? 'token.issued' : 'token.refused',
          outcome: isGiven ? 'granted' : 'refused',
          request: randomIdentifiers.newId('req'),
          txn: randomIdentifiers.newId('txn'),
          caller: caller.id,
          agent: caller.id,
          ...(subject ? { subject: subject.id } : {}),
          resource: server.identifier,
          decision: decision.id,
          policy: 1,
          inputs: recordOf(decision),
        });
      });
      await Promise.all(written);
      progress(`${done} decisions recorded`);
    }
    const recordingSeconds = (performance.now() - recordingFrom) / 1000;
    const replays: Record<string, unknown> = {};
    for (const [name, { text }] of Object.entries(DRAFTS)) {
      const policies = await engine.compile(`${engine.starter}\n${text}`);
      const before = mebibytes();
      const begin = performance.now();
      const cpu = process.cpuUsage();
      let most = before;
      const range = { fromMillis: START * 1000, toMillis: (START + DAYS * DAY) * 1000 };
      const steps = replayed(auditLog.list, policies, range);
      let summary: ReplaySummary | undefined;
      while (!summary) {
        const step = await steps.next();
        most = Math.max(most, mebibytes());
        if (step.done) summary = step.value;
        else progress(`${name}: ${step.value.read} replayed`);
      }
      const seconds = (performance.now() - begin) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      policies.release();
      if (summary.read !== trials) violation(`${name}: ${summary.read} of ${trials} decisions were read`);
      if (summary.changed !== expected[name]) {
        violation(`${name}: ${summary.changed} would change, and it should be ${expected[name]}`);
      }
      if (most - before > MOST_GROWTH_MIB) violation(`${name}: memory grew by ${most - before} MiB`);
      replays[name] = {
        changed: summary.changed,
        seconds: rounded(seconds),
        perSecond: Math.round(trials / seconds),
        secondsPerMillion: Math.round((seconds / trials) * 1e6),
        cpuSecondsPerMillion: Math.round((user + system) / trials),
        rssBeforeMiB: before,
        rssMostMiB: most,
      };
    }
    starter.release();
    await auditLog.close();
    const figures = {
      trials,
      relations: RELATIONS,
      recordedPerSecond: Math.round(trials / recordingSeconds),
      aimSecondsPerMillion: AIM_SECONDS_PER_MILLION,
      replays,
    };
    run.finished('sqlite', figures);
    return figures;
  } finally {
    await documents.close();
    await rm(folder, { recursive: true, force: true });
  }
};

export const replay: Campaign = {
  name: 'replay',
  about: 'decisions recorded on SQLite and replayed under other policies: what would change, how long, how much memory',
  run: campaign,
};
