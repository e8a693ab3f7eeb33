/**
 * Random derivations of authority, on the real exchange with the real registers, decision and Cedar, and by a reference
 * model that shares no code with them (derivations-model.ts). A violation is any difference, and anything that is wider
 * than what it came from.
 */
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { actorsOf } from '../../src/domain/delegation/actor-chain.ts';
import { exchangeScene } from '../unit/token-exchange/fakes.ts';
import type { Campaign, CampaignRun, Random } from './campaign.ts';
import { derivationsModel, type ModelToken, type Organization } from './derivations-model.ts';
import { castOf, newOrganization } from './derivations-organization.ts';

const DEFAULT_DERIVATIONS = 20_000;
/** Attempts in one history; the next is of another organization. */
const HISTORY = 120;
/** Tokens a caller chooses from. */
const REMEMBERED = 12;

type Known = { readonly value: string; readonly model: ModelToken };

export const derivations: Campaign = {
  name: 'derivations',
  about: `random derivations against a reference model: no difference, nothing wider (--trials derivations, default ${DEFAULT_DERIVATIONS})`,
  async run(run) {
    const wanted = run.options.trials ?? DEFAULT_DERIVATIONS;
    const engine = cedarPolicyEngine();
    const figures = { trials: 0, given: 0, refused: 0, organizations: 0, deepest: 0, narrowed: 0 };
    const reasons: Record<string, number> = {};
    while (figures.trials < wanted && !run.isOver()) {
      const organization = newOrganization(run.random);
      const cast = castOf(organization, engine);
      try {
        figures.organizations += 1;
        await history(run, organization, cast, figures, reasons, wanted);
      } finally {
        cast.release();
      }
      run.progress(`${figures.trials} of ${wanted} derivations, ${figures.given} given, deepest ${figures.deepest}`);
    }
    return { ...figures, reasons };
  },
};

type Figures = { trials: number; given: number; refused: number; deepest: number; narrowed: number };

const history = async (
  run: CampaignRun,
  organization: Organization,
  cast: ReturnType<typeof castOf>,
  figures: Figures,
  reasons: Record<string, number>,
  wanted: number,
): Promise<void> => {
  const { random } = run;
  const scene = exchangeScene({ maxDepth: organization.maxDepth, ttl: organization.seconds, cast: cast.cast });
  const model = derivationsModel(organization);
  const targets = organization.servers.map(({ identifier }) => identifier);
  const ids = organization.agents.map(({ id }) => id);
  // One agent is trusted widely, or few histories get deep.
  const trusted = random.pick(ids);
  const tokens: Known[] = [];
  const fromClient = (): void => {
    const first = random.chance(0.6) ? trusted : random.pick(ids);
    const at = `https://${first}.example`;
    const expiresAt = scene.clock.now() + 3000;
    tokens.push({
      value: scene.addToken({ audience: at, scope: ['call'], expiresAt }),
      model: { path: [], audience: at, scope: ['call'], expiresAt, consent: -1 },
    });
  };
  const consent = async (root: string, target: string): Promise<void> => {
    const now = scene.clock.now();
    if (model.hasConsent(root, target, now)) return;
    const scope = random.chance(0.7) ? scopesOf(organization, target) : someOf(random, scopesOf(organization, target));
    if (scope.length === 0) return;
    const agents = random.chance(0.8) ? ids : someOf(random, ids);
    const allowed = {
      expiresAt: now + 1 + random.integer(4000),
      agents,
      depth: random.chance(0.7) ? organization.maxDepth : random.integer(organization.maxDepth),
    };
    await scene.consent(root, target, scope, {
      expiresAt: allowed.expiresAt,
      passOn: { agents: allowed.agents, depth: allowed.depth },
    });
    model.consent(root, target, { scope, ...allowed });
  };

  for (const target of targets) if (random.chance(0.9)) await consent(trusted, target);
  for (let step = 0; step < targets.length; step += 1) await consent(random.pick(ids), random.pick(targets));
  fromClient();
  for (let step = 0; step < HISTORY && figures.trials < wanted; step += 1) {
    if (random.chance(0.08)) fromClient();
    if (random.chance(0.1)) await consent(random.pick(ids), random.pick(targets));
    if (random.chance(0.03)) scene.clock.advance(1 + random.integer(400));
    if (random.chance(0.01)) {
      const [root, target] = [random.pick(ids), random.pick(targets)];
      const row = await scene.delegations.consented('acc_anna', root, target);
      if (row) await scene.delegations.revoke(row.id, 'acc_anna');
      model.revoke(root, target);
    }
    const parent = random.chance(0.4) ? (tokens.at(-1) as Known) : random.pick(tokens.slice(-REMEMBERED));
    const caller = callerOf(random, organization, parent.model);
    const target =
      random.chance(0.5) && parent.model.path.length > 0 ? nextOf(random, organization) : random.pick(targets);
    const asked = random.chance(0.5) ? undefined : someOf(random, [...scopesOf(organization, target), 'admin', '*']);
    const expected = model.derive(caller, parent.model, target, asked?.length ? asked : undefined, scene.clock.now());
    const { minted, token, error } = await scene.exchange(caller, {
      subject_token: parent.value,
      resource: target,
      ...(asked?.length ? { scope: asked.join(' ') } : {}),
    });
    figures.trials += 1;
    if (error && !error.denial) throw error;
    const reason = error?.denial?.reason;
    if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + 1;
    const got = minted && { path: actorsOf(minted.chain), scope: minted.scope, expiresAt: minted.notAfter };
    const want = expected && { path: expected.path, scope: expected.scope, expiresAt: expected.expiresAt };
    if (JSON.stringify(got) !== JSON.stringify(want)) {
      run.violation(
        `derivation ${figures.trials}: ${JSON.stringify({ caller, from: parent.model, target, asked })}\n  server ${JSON.stringify(got ?? error?.denial)}\n  model  ${JSON.stringify(want)}`,
      );
      return;
    }
    if (!minted || !expected) {
      figures.refused += 1;
      continue;
    }
    figures.given += 1;
    figures.deepest = Math.max(figures.deepest, expected.path.length);
    if (asked?.some((name) => !minted.scope.includes(name))) figures.narrowed += 1;
    for (const text of widenings(parent.model, expected, caller))
      run.violation(`derivation ${figures.trials}: ${text}`);
    tokens.push({ value: token, model: expected });
  }
};

/** Whatever the model says: the caller stands outermost, nobody is dropped, nothing lives longer or holds more. */
const widenings = (parent: ModelToken, child: ModelToken, caller: string): readonly string[] => [
  ...(child.path[0] === caller ? [] : ['the caller is not the outermost actor']),
  ...(child.path.slice(child.path.length - parent.path.length).join() === parent.path.join()
    ? []
    : ['the chain behind is another one']),
  ...(child.expiresAt <= parent.expiresAt ? [] : ['it outlives what it came from']),
  ...(parent.audience !== child.audience || child.scope.every((name) => parent.scope.includes(name))
    ? []
    : ['it holds more at the same resource']),
];

const scopesOf = ({ servers }: Organization, target: string): readonly string[] =>
  Object.keys(servers.find(({ identifier }) => identifier === target)?.scopes ?? {});

const someOf = <T>(random: Random, from: readonly T[]): readonly T[] => from.filter(() => random.chance(0.5));

/** Mostly somebody who may use the token at all: its holder, or the agent it was made for. */
const callerOf = (random: Random, { agents }: Organization, { path, audience }: ModelToken): string => {
  const [holder] = path;
  const receiver = random.pick([undefined, ...agents.filter(({ at }) => at.includes(audience))])?.id;
  if (receiver !== undefined && random.chance(0.7)) return receiver;
  return holder !== undefined && random.chance(0.8) ? holder : random.pick(agents).id;
};

/** Another agent, so that chains get long. */
const nextOf = (random: Random, { agents }: Organization): string => random.pick(random.pick(agents).at);
