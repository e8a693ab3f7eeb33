/**
 * Random derivations of authority, on the real exchange with the real registers, decision and Cedar, and by a reference
 * model that shares no code with them (derivations-model.ts). A violation is any difference, and anything that is wider
 * than what it came from.
 */
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { actorsOf } from '../../src/domain/vocabulary/actor-chain.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { flat, nested } from './derivations-details.ts';
import { type Attempted, newHistory } from './derivations-history.ts';
import { isInside, textOf } from './derivations-model.ts';
import { castOf, newOrganization } from './derivations-organization.ts';
import type { FlatDetail, ModelServer, ModelToken, Organization } from './derivations-world.ts';

const DEFAULT_DERIVATIONS = 20_000;
/** Attempts in one history; the next is of another organization. */
const HISTORY = 120;

const newFigures = () => ({
  trials: 0,
  given: 0,
  refused: 0,
  organizations: 0,
  /** With less scope than was asked for. */
  narrowed: 0,
  /** Details that were named, and details that were given, named or not. */
  detailsAsked: 0,
  detailsGiven: 0,
  /** Tokens given, by actors in their chain. */
  byDepth: {} as Record<string, number>,
  /** Tokens given by what counts in calls of one app, and those of them that the app itself could not have had. */
  forCalls: 0,
  beyondApp: 0,
  /** Members of named details whose value is another one than the person's consent says, by rule. */
  members: {} as Record<string, { inside: number; outside: number }>,
  reasons: {} as Record<string, number>,
});
type Count = ReturnType<typeof newFigures>;

export const derivations: Campaign = {
  name: 'derivations',
  about: `random derivations against a reference model: no difference, nothing wider (--trials derivations, default ${DEFAULT_DERIVATIONS})`,
  async run(run) {
    const wanted = run.options.trials ?? DEFAULT_DERIVATIONS;
    const engine = cedarPolicyEngine();
    const count = newFigures();
    while (count.trials < wanted && !run.isOver()) {
      const organization = newOrganization(run.random);
      const cast = await castOf(organization, engine);
      try {
        count.organizations += 1;
        await history(run, organization, cast, count, wanted);
      } finally {
        cast.release();
      }
      run.progress(`${count.trials} of ${wanted} derivations, ${count.given} given`);
    }
    const figures = { ...count, deepest: Math.max(0, ...Object.keys(count.byDepth).map(Number)) };
    run.finished('memory', figures);
    return figures;
  },
};

const history = async (
  run: CampaignRun,
  organization: Organization,
  cast: Awaited<ReturnType<typeof castOf>>,
  count: Count,
  wanted: number,
): Promise<void> => {
  const { scene, model, tokens, begin, between, next } = newHistory(run.random, organization, cast);
  const granted = JSON.stringify([...scene.grants]);
  await begin();
  for (let step = 0; step < HISTORY && count.trials < wanted; step += 1) {
    await between();
    const attempted = next();
    const { caller, parent, target, scope, details } = attempted;
    countMembers(
      attempted,
      model.consentOf(parent.model.path.at(-1) ?? caller, target.identifier, scene.clock.now()),
      count,
    );
    const expected = model.derive(caller, parent.model, target.identifier, { scope, details }, scene.clock.now());
    const { minted, token, error } = await scene.exchange(caller, {
      subject_token: parent.value,
      resource: target.identifier,
      ...(scope === undefined ? {} : { scope: scope.join(' ') }),
      ...(details === undefined ? {} : { authorization_details: JSON.stringify(details.map(nested)) }),
    });
    count.trials += 1;
    if (error && !error.denial) throw error;
    const reason = error?.denial?.reason;
    if (reason !== undefined) count.reasons[reason] = (count.reasons[reason] ?? 0) + 1;
    const got = minted && {
      path: actorsOf(minted.chain),
      scope: minted.scope,
      details: (minted.details ?? []).map((detail) => textOf(flat(target.types, detail))),
      expiresAt: minted.notAfter,
      maxUses: minted.decision.maxUses ?? null,
    };
    const want = expected && {
      path: expected.path,
      scope: expected.scope,
      details: expected.details.map(textOf),
      expiresAt: expected.expiresAt,
      maxUses: Number.isFinite(expected.maxUses) ? expected.maxUses : null,
    };
    if (JSON.stringify(got) !== JSON.stringify(want)) {
      const asked = { caller, from: parent.model, target, scope, details };
      run.violation(
        `derivation ${count.trials}: ${JSON.stringify(asked)}\n  server ${JSON.stringify(got ?? error?.denial)}\n  model  ${JSON.stringify(want)}`,
      );
      return;
    }
    if (!minted || !expected) {
      count.refused += 1;
      continue;
    }
    count.given += 1;
    const depth = String(expected.path.length);
    count.byDepth[depth] = (count.byDepth[depth] ?? 0) + 1;
    count.detailsGiven += expected.details.length;
    if (scope?.some((name) => !minted.scope.includes(name))) count.narrowed += 1;
    for (const text of widenings(parent.model, expected, caller, target)) {
      run.violation(`derivation ${count.trials}: ${text}`);
    }
    const app = organization.clients[parent.model.client]?.allowed[target.identifier] ?? [];
    const row = await scene.delegations.get(minted.delegation);
    const isBeyond = minted.scope.some((name) => !app.includes(name));
    if (row?.via !== undefined) count.forCalls += 1;
    if (isBeyond) count.beyondApp += 1;
    if (row?.via !== undefined && row.via !== `app_${parent.model.client + 1}`) {
      run.violation(`derivation ${count.trials}: it counts in calls of another app`);
    }
    if (isBeyond && row?.via === undefined) {
      run.violation(`derivation ${count.trials}: it holds more than the app was granted`);
    }
    tokens.push({ value: token, model: expected });
  }
  if (JSON.stringify([...scene.grants]) !== granted)
    run.violation(`derivation ${count.trials}: an app was granted more`);
};

/** Independent of the model: the caller is the outermost actor, no actor is dropped, nothing lives longer or holds more. */
const widenings = (
  parent: ModelToken,
  child: ModelToken,
  caller: string,
  { types }: ModelServer,
): readonly string[] => [
  ...(child.path[0] === caller ? [] : ['the caller is not the outermost actor']),
  ...(child.path.slice(child.path.length - parent.path.length).join() === parent.path.join()
    ? []
    : ['the chain behind is another one']),
  ...(child.expiresAt <= parent.expiresAt ? [] : ['it outlives what it came from']),
  ...(child.maxUses <= parent.maxUses ? [] : ['it may be used more often']),
  ...(parent.audience !== child.audience || child.scope.every((name) => parent.scope.includes(name))
    ? []
    : ['it holds more at the same resource']),
  ...(parent.audience !== child.audience || child.details.every((detail) => isCovered(types, detail, parent.details))
    ? []
    : ['a detail of it is inside none of what it came from']),
];

const isCovered = (types: ModelServer['types'], detail: FlatDetail, held: readonly FlatDetail[]): boolean =>
  types.some((type) => type.name === detail.type && held.some((parent) => isInside(type, detail, parent)));

/** So that it can be told whether each rule had something to decide. */
const countMembers = (
  { details = [], target }: Attempted,
  consent: { details: readonly FlatDetail[] } | undefined,
  count: Count,
): void => {
  count.detailsAsked += details.length;
  for (const detail of details) {
    const type = target.types.find(({ name }) => name === detail.type);
    const held = consent?.details.find((one) => one.type === detail.type);
    for (const [path, member] of Object.entries((held && type?.members) ?? {})) {
      if (!type || !held || !(path in detail) || JSON.stringify(detail[path]) === JSON.stringify(held[path])) continue;
      const found = count.members[member.rule] ?? { inside: 0, outside: 0 };
      count.members[member.rule] = found;
      const one = { type: type.name, [path]: detail[path] };
      found[isInside(type, one, held) ? 'inside' : 'outside'] += 1;
    }
  }
};
