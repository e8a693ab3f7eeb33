/**
 * The RSA key of the servers of one test process. To generate one takes more CPU than all else of a start, and no test is about
 * its number. Each server gets it under an id of its own, sealed with its own master key, as if it had made it.
 */

import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import type { MasterKey } from '../../src/domain/platform/crypto/master-key.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { SIGNING_KEYS, type SigningKey } from '../../src/provider/tokens/signing-keys.ts';

type Pair = { readonly publicJwk: JWK; readonly privateJwk: JWK };

let pair: Promise<Pair> | undefined;

const newPair = async (): Promise<Pair> => {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { publicJwk: await exportJWK(publicKey), privateJwk: await exportJWK(privateKey) };
};

/** Puts it into the documents of a server that is about to start for the first time; does nothing to those that have one. */
export const giveSigningKey = async (documents: DocumentStore, masterKey: MasterKey): Promise<void> => {
  const keys = documents.collection<SigningKey>(SIGNING_KEYS);
  if ((await keys.find({ where: { family: 'RSA' }, limit: 1 })).length > 0) return;
  pair ??= newPair();
  const { publicJwk, privateJwk } = await pair;
  const id = randomIdentifiers.newId('key');
  const now = Math.floor(Date.now() / 1000);
  await keys.insert({
    ...{ id, family: 'RSA', publicJwk: { ...publicJwk, kid: id, use: 'sig' } },
    sealed: masterKey.seal(`signing-key/${id}`, JSON.stringify(privateJwk)),
    ...{ createdAt: now, activeAt: now },
  });
};
