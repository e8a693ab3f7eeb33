/** What campaigns ask of the audit log at their end. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOrCreateMasterKey } from '../../adapters/node/key-files.ts';
import { masterKey } from '../../src/domain/platform/crypto/master-key.ts';
import { handleDigest } from '../../src/provider/seam/token-handles.ts';
import type { Scene } from '../support/scene.ts';
import { runCli, type ServerProcess } from '../support/server-process.ts';
import type { CampaignRun } from './campaign.ts';
import type { Ledger } from './crash-ledger.ts';

/** Ids of the tokens whose issuing is on record. */
const recordedTokens = (auditLog: string): ReadonlySet<string> => {
  const ids = new Set<string>();
  for (const line of auditLog.split('\n')) {
    if (line === '') continue;
    const { event } = JSON.parse(line) as { event?: { type?: string; token?: { id?: string } } };
    if (event?.type === 'token.issued' && event.token?.id !== undefined) ids.add(event.token.id);
  }
  return ids;
};

/** Whether the audit log verifies, and every token that reached a client stands in it (invariant 5). */
export const checkAuditLog = async (
  run: CampaignRun,
  server: ServerProcess,
  scene: Scene,
  ledger: Pick<Ledger, 'received'>,
) => {
  const auditLog = await scene.management.exportAudit();
  // Not beside the data, whose volume may be small.
  const folder = await mkdtemp(join(tmpdir(), 'behalf-trail-'));
  const file = join(folder, 'audit-export.ndjson');
  await writeFile(file, auditLog);
  const verdict = await runCli(['audit', 'verify', file], process.env);
  await rm(folder, { recursive: true, force: true });
  if (verdict.code !== 0) run.violation(`the export does not verify: ${verdict.stdout}${verdict.stderr}`);

  const recorded = recordedTokens(auditLog);
  const key = masterKey(loadOrCreateMasterKey(server.dataFolder));
  let missing = 0;
  for (const { token, kind } of ledger.received) {
    // A JWT is on record by its jti, an opaque token by the digest it is stored under.
    const id = token.includes('.')
      ? String(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).jti)
      : handleDigest(key, kind, token);
    if (recorded.has(id)) continue;
    missing += 1;
    run.violation(`a client holds a token that is not in the audit log: ${kind} ${id}`);
  }
  return { auditRecords: auditLog.split('\n').length - 3, tokensOnRecord: recorded.size, missing };
};
