/**
 * COSE messages about the log: signed statements (RFC 9052 §4.2), and receipts that a tree of RFC 9162 has an entry (RFC 9942 §5).
 */
import { type Cbor, cborBytes } from '../../vocabulary/cbor.ts';
import type { TreeHash } from './merkle-tree.ts';

/** Signs the bytes of a COSE `Sig_structure`. */
export type CoseSigner = {
  /** COSE algorithm: -7 for ES256, -8 for EdDSA. */
  readonly algorithm: -7 | -8;
  /** Identifies the key to those who have it. */
  readonly kid: string;
  sign(bytes: Buffer): Buffer | Promise<Buffer>;
};

/** Who says it of what: CWT claims `iss` and `sub` (RFC 9597). */
export type CoseClaims = { readonly issuer: string; readonly subject: string; readonly issuedAt?: number };

const SIGN1 = 18;
/** Labels of headers (RFC 9052 §3.1, RFC 9597 §2, RFC 9942 §7.1). */
const [ALGORITHM, CONTENT_TYPE, KEY_ID, CWT_CLAIMS] = [1, 3, 4, 15];
const [RECEIPTS, TREE_KIND, TREE_PROOFS] = [394, 395, 396];
const [ISSUER, SUBJECT, ISSUED_AT] = [1, 2, 6];
const RFC9162_SHA256 = 1;
const INCLUSION = -1;

type Headers = ReadonlyMap<number, Cbor>;

const claimsMap = ({ issuer, subject, issuedAt }: CoseClaims): Headers =>
  new Map<number, Cbor>([
    [ISSUER, issuer],
    [SUBJECT, subject],
    ...(issuedAt === undefined ? [] : [[ISSUED_AT, issuedAt] as const]),
  ]);

const sign1 = async (
  signer: CoseSigner,
  own: Headers,
  unprotected: Headers,
  payload: Buffer,
  isDetached: boolean,
): Promise<Buffer> => {
  const headers = new Map<number, Cbor>([...own, [ALGORITHM, signer.algorithm], [KEY_ID, Buffer.from(signer.kid)]]);
  const bytes = cborBytes(headers);
  const signature = await signer.sign(cborBytes(['Signature1', bytes, Buffer.alloc(0), payload]));
  return cborBytes({ tag: SIGN1, value: [bytes, unprotected, isDetached ? null : payload, signature] });
};

/** A COSE_Sign1 over a payload, with receipts about it in its unprotected header. */
export const coseStatement = (
  signer: CoseSigner,
  claims: CoseClaims,
  payload: { readonly type: string; readonly bytes: Buffer },
  receipts: readonly Buffer[],
): Promise<Buffer> =>
  sign1(
    signer,
    new Map<number, Cbor>([
      [CONTENT_TYPE, payload.type],
      [CWT_CLAIMS, claimsMap(claims)],
    ]),
    new Map([[RECEIPTS, receipts]]),
    payload.bytes,
    false,
  );

/** A receipt: the signature of a log over `root`, which is detached, and the proof that gives this root. */
export const coseReceipt = (
  signer: CoseSigner,
  claims: CoseClaims,
  root: TreeHash,
  { size, index, proof }: { readonly size: number; readonly index: number; readonly proof: readonly TreeHash[] },
): Promise<Buffer> =>
  sign1(
    signer,
    new Map<number, Cbor>([
      [TREE_KIND, RFC9162_SHA256],
      [CWT_CLAIMS, claimsMap(claims)],
    ]),
    new Map([[TREE_PROOFS, new Map([[INCLUSION, [cborBytes([size, index, proof])]]])]]),
    root,
    true,
  );
