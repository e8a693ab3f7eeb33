import type { ActorChain } from '../../vocabulary/actor-chain.ts';
import { canonicalJson } from '../../vocabulary/canonical-json.ts';
import type { ClaimedActor } from './access-request-body.ts';

/**
 * Whether a claimed actor matches the evaluation: the outermost actor, and exactly the actors behind it where the
 * caller claims more. Does not compare members that the caller omits.
 */
export const isActor = ({ id, issuer, type, act }: ClaimedActor, chain: ActorChain): boolean =>
  id === chain.sub &&
  (issuer === undefined || issuer === chain.iss) &&
  (type === undefined || type === chain.sub_profile) &&
  isLink(act, chain.act);

const isLink = (claimed: ClaimedActor['act'], link: ActorChain | undefined): boolean => {
  if (claimed === undefined) return true;
  if (link === undefined) return false;
  const { sub, iss, sub_profile: profile = link.sub_profile, act, ...others } = claimed;
  const inner = act === undefined || (typeof act === 'object' && act !== null && !Array.isArray(act));
  return (
    inner &&
    canonicalJson({ sub, iss, profile, others }) ===
      canonicalJson({ sub: link.sub, iss: link.iss, profile: link.sub_profile, others: {} }) &&
    isLink(act as ClaimedActor['act'], link.act)
  );
};
