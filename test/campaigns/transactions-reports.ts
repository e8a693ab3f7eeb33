/** What resource servers state about the tokens of the campaign `transactions`: also twice, too late, and about tokens of others. */
import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { CampaignRun } from './campaign.ts';
import type { StatedCall, TokenPlan } from './transactions-model.ts';
import type { TransactionsWorld } from './transactions-world.ts';

/** A token of a transaction, and what was stated about it. */
export type Held = {
  readonly plan: TokenPlan;
  readonly token: string;
  readonly jti: string;
  revokedAt?: number;
  readonly calls: StatedCall[];
};

export type Counts = {
  credentials: number;
  survivors: number;
  forged: number;
  wrong: number;
  steps: number;
  extra: number;
  verified: number;
};

const HOUR = 3600;

export const issuedAt = ({ token }: Held): number => Number(decodeJwt(token).iat);
const newReport = (jti: string, time: number, outcome = 'done') => ({
  id: randomUUID(),
  time,
  jti,
  tool: 'calendar.create',
  outcome,
});

/** Sends a report about each of these tokens, and notes it. */
export const state = async (
  run: CampaignRun,
  world: TransactionsWorld,
  tokens: readonly Held[],
  timeOf: (held: Held) => number,
  outcome = 'done',
): Promise<void> => {
  if (tokens.length === 0) return;
  const reports = tokens.map((held) => newReport(held.jti, timeOf(held), outcome));
  const results = await world.report(reports);
  for (const [index, held] of tokens.entries()) {
    const { status, reason } = results[index] ?? { status: 'none' };
    if (status !== 'recorded' && status !== 'known') run.violation(`a report is ${status} ${reason ?? ''}`);
    held.calls.push({ time: reports[index]?.time ?? 0, isRefused: outcome === 'refused' });
  }
};

/** The reports before the close. */
export const stateBefore = async (
  run: CampaignRun,
  world: TransactionsWorld,
  tokens: readonly Held[],
  counts: Counts,
): Promise<void> => {
  const of = (...stories: readonly string[]): Held[] => tokens.filter(({ plan }) => stories.includes(plan.story));
  await state(run, world, of('said'), issuedAt);
  await state(run, world, of('refused'), issuedAt, 'refused');
  await state(run, world, of('early'), (held) => issuedAt(held) - HOUR);
  for (const held of of('doubled')) {
    const report = newReport(held.jti, issuedAt(held));
    const [one] = await world.report([report]);
    const [other] = await world.report([report]);
    if (one?.status === 'refused' || other?.status !== 'known')
      run.violation(`a doubled report: ${one?.status}, ${other?.status}`);
    held.calls.push({ time: report.time, isRefused: false });
  }
  for (const held of of('forged')) {
    // Another API states something about the token, and the own one about a token that does not exist.
    const [other] = await world.report([newReport(held.jti, issuedAt(held))], 'other');
    const [unknown] = await world.report([newReport(`tok_${randomUUID()}`, issuedAt(held))]);
    if (other?.status !== 'refused' || unknown?.status !== 'refused') {
      run.violation(`a forged report: ${other?.status}, ${unknown?.status}`);
    } else counts.forged += 2;
  }
};
