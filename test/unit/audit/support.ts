import { generateKeyPairSync } from 'node:crypto';
import { newAuditLog } from '../../../src/domain/audit/audit-log.ts';
import { auditSigner } from '../../../src/domain/audit/audit-signer.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';

const ISSUER = 'https://id.example.com';

export const newSigner = () =>
  auditSigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as never);

export const signer = await newSigner();

export const testClock = () => {
  let millis = 1_800_000_000_000;
  return {
    now: () => Math.floor(millis / 1000),
    nowMillis: () => millis,
    advance: (seconds: number) => {
      millis += seconds * 1000;
    },
  };
};

export const openAuditLog = async (
  documents: DocumentStore,
  options: Partial<Parameters<typeof newAuditLog>[0]> = {},
) => {
  const auditLog = newAuditLog({ documents, clock: testClock(), node: 'nod_a', issuer: ISSUER, signer, ...options });
  await auditLog.open();
  return auditLog;
};

export const linesIn = async (lines: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
};

export async function* stream<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
}
