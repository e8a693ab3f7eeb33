/** The witnesses of the transparency log, from `audit.witnesses`. Called by foundations.ts. */
import { readFileSync } from 'node:fs';
import type { Configuration } from '../../config/configuration.ts';
import { witnessClient } from '../domain/audit/transparency-log/witness-client.ts';
import { parsePolicy, type WitnessPolicy } from '../domain/audit/transparency-log/witness-policy.ts';
import type { WitnessRules } from '../domain/audit/transparency-log/witnessing.ts';
import type { TrustedFetch, TrustedPost } from '../domain/ports/trusted-fetch.ts';
import { reaching } from './egress.ts';

const SETTING = 'audit.witnesses.policyFile';

const policyIn = (file: string): WitnessPolicy => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`the file that ${SETTING} names cannot be read. Check its path and mode.`, { cause });
  }
  try {
    return parsePolicy(text);
  } catch (cause) {
    throw new Error(`${file}, which ${SETTING} names, is no policy: ${(cause as Error).message}. Correct it.`, {
      cause,
    });
  }
};

/** Undefined when no witness cosigns. Throws an Error for people when the policy cannot be used; then the server does not start. */
export const witnessRules = (
  { audit }: Configuration,
  trustedFetch: TrustedFetch & Partial<TrustedPost>,
): WitnessRules | undefined => {
  const { policyFile, withoutQuorum, timeoutMilliseconds } = audit.witnesses;
  if (policyFile === undefined) return undefined;
  const policy = policyIn(policyFile);
  const { check, post } = reaching(trustedFetch, 'witnesses');
  if (policy.witnesses.size === 0 || post === undefined)
    throw new Error(`${policyFile} names no witness. Remove ${SETTING}.`);
  for (const name of policy.witnesses.keys()) {
    const url = policy.urls.get(name);
    const reason = url === undefined ? 'its line has no URL' : check(url);
    if (reason !== undefined) throw new Error(`witness ${name} of ${policyFile} cannot be asked: ${reason}`);
  }
  return {
    policy,
    urls: policy.urls,
    withholds: withoutQuorum === 'withhold',
    client: witnessClient((request) => post(request), timeoutMilliseconds),
  };
};
