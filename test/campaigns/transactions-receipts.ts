/** Reads the receipts of the campaign `transactions`, compares them with the model, and verifies some with the script of the documentation. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import type { CampaignRun } from './campaign.ts';
import { eachOf } from './side-by-side.ts';
import { expectedOf, type KnownToken } from './transactions-model.ts';
import { type Counts, type Held, issuedAt } from './transactions-reports.ts';
import type { TransactionsWorld } from './transactions-world.ts';

/** A script verifies one receipt in so many. */
const VERIFIED_EVERY = 20;
const READ_AT_ONCE = 6;
const SCRIPT = resolve(import.meta.dirname, '../../docs/how-to/receipts/verify_receipt.py');

/** A closed transaction. `inDoubt`: requests for tokens that got no answer. */
export type Done = {
  readonly id: string;
  readonly tokens: readonly Held[];
  readonly inDoubt: number;
  readonly closedAt: number;
};
type ReceiptStep = { readonly token: string; readonly grade: string; readonly reports: number };
type ReceiptClaims = {
  readonly txn: string;
  readonly steps: readonly ReceiptStep[];
  readonly grades: Readonly<Record<string, number>>;
};

/** Compares a receipt with the model. */
const compare = (
  run: CampaignRun,
  { id, tokens, inDoubt, closedAt }: Done,
  claims: ReceiptClaims,
  counts: Counts,
): void => {
  const wrong = (text: string): void => {
    counts.wrong += 1;
    run.violation(`${id}: ${text}`);
  };
  const steps = new Map(claims.steps.map((step) => [step.token, step]));
  const expectedCounts: Record<string, number> = { confirmed: 0, unreported: 0, contradicted: 0, unauthorized: 0 };
  for (const held of tokens) {
    const { exp } = decodeJwt(held.token);
    const { jti, revokedAt, calls } = held;
    const known: KnownToken = {
      ...{ jti, calls, issuedAt: issuedAt(held), expiresAt: Number(exp) },
      ...(revokedAt === undefined ? {} : { revokedAt }),
    };
    const expected = expectedOf(known, closedAt);
    const step = steps.get(jti);
    steps.delete(jti);
    counts.steps += 1;
    expectedCounts[expected.grade] = (expectedCounts[expected.grade] ?? 0) + 1;
    if (step?.grade !== expected.grade || step.reports !== expected.reports) {
      wrong(`${held.plan.story}: expected ${JSON.stringify(expected)}, the receipt has ${JSON.stringify(step)}`);
    }
  }
  // A token whose answer a kill has cut off: the server issued it, and no client has it.
  for (const step of steps.values()) {
    counts.extra += 1;
    expectedCounts['unreported'] = (expectedCounts['unreported'] ?? 0) + 1;
    if (step.grade !== 'unreported') wrong(`a token that no client has is ${step.grade}`);
  }
  if (steps.size > inDoubt)
    wrong(`${steps.size} tokens more than were issued, and ${inDoubt} requests without an answer`);
  for (const [grade, count] of Object.entries(expectedCounts)) {
    if (claims.grades[grade] !== count)
      wrong(`${grade}: expected ${count}, the receipt counts ${claims.grades[grade]}`);
  }
};

/** Reads all receipts, some at a time, compares each, and verifies some with the script. */
export const readReceipts = async (
  run: CampaignRun,
  world: TransactionsWorld,
  done: readonly Done[],
  counts: Counts,
): Promise<void> => {
  const { issuer, calls } = world.scene;
  const folder = await mkdtemp(join(tmpdir(), 'behalf-campaign-receipts-'));
  try {
    const keys = join(folder, 'jwks.json');
    await writeFile(keys, await (await fetch(calls.endpoints.jwks)).text());
    const log = String((await world.scene.management.call('GET', '/audit/log')).body['verifier_key']);
    const verify = async (receipt: string, id: string): Promise<void> => {
      const file = join(folder, `${id}.jws`);
      await writeFile(file, receipt);
      await promisify(execFile)('python3', ['-B', SCRIPT, file, keys, issuer, id, log]).then(
        () => {
          counts.verified += 1;
        },
        (error: { readonly stdout?: string }) => run.violation(`${id}: ${error.stdout}`),
      );
      await rm(file);
    };
    let read = 0;
    await eachOf([...done.entries()], READ_AT_ONCE, async ([index, one]) => {
      const { status, text, body } = await world.manage('GET', `/transactions/${one.id}/receipt`);
      read += 1;
      if (status !== 200) return run.violation(`${one.id}: no receipt: ${status} ${text}`);
      const receipt = String(body['receipt']);
      compare(run, one, decodeJwt(receipt) as unknown as ReceiptClaims, counts);
      run.progress(`${read} of ${done.length} receipts`);
      if (index % VERIFIED_EVERY === 0) await verify(receipt, one.id);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
