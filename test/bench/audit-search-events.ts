/** Events as a busy installation writes them, for the bench of the search in the audit log. The same for the same number. */
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';

const AGENTS = 2_000;
const PEOPLE = 20_000;
const SERVERS = 150;
const TOOLS = 400;

export const agentId = (index: number): string => `agt_${String(index).padStart(26, 'a')}`;
export const personId = (index: number): string => `acc_${String(index).padStart(26, 'a')}`;
export const resourceOf = (index: number): string => `https://api-${index}.example.com`;
const transactionId = (index: number): string => `txn_${index.toString(36).padStart(26, 'a')}`;
export const toolOf = (index: number): string => `ledger.entry${index}`;

/** 32 bits that depend on the number of the event and on what is drawn. */
const drawn = (index: number, salt: number): number => {
  let mixed = Math.imul(index ^ (salt * 0x9e3779b9), 0x85ebca6b) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
  return (mixed ^ (mixed >>> 16)) >>> 0;
};
const share = (index: number, salt: number): number => drawn(index, salt) / 2 ** 32;

/** The first agent has three of ten events, and the others share the rest: a few have many, most have few. */
const agentOf = (index: number): number =>
  share(index, 1) < 0.3 ? 0 : 1 + Math.floor(share(index, 2) ** 3 * (AGENTS - 1));

/** The first agent never uses the second half of the servers. */
const serverOf = (index: number, agent: number): number =>
  agent === 0
    ? Math.floor(share(index, 3) ** 2 * (SERVERS / 2))
    : Math.floor(SERVERS / 2 + share(index, 3) ** 2 * (SERVERS / 2)) % SERVERS;

/** A transaction of many tokens, over the whole time. */
export const LARGE_TRANSACTION = `trn_${'large'.padStart(26, 'a')}`;

/** `largeEvery`: one event of so many is a token of the large transaction. */
export const eventAt = (index: number, largeEvery: number): AuditEvent => {
  const isLarge = index % largeEvery === 0;
  const agent = agentOf(index);
  const person = personId(Math.floor(share(index, 4) ** 2 * PEOPLE));
  const resource = resourceOf(serverOf(index, agent));
  const kind = isLarge ? 0 : share(index, 5);
  const id = index.toString(36).padStart(22, '0');
  const common = {
    request: `req_${id}`,
    txn: isLarge ? LARGE_TRANSACTION : transactionId(Math.floor(index / 6)),
    subject: person,
    caller: agentId(agent),
    agent: agentId(agent),
    owner: personId(agent % 300),
    delegation: `dlg_${String(agent * 40 + (drawn(index, 6) % 40)).padStart(26, 'a')}`,
    resource,
  };
  if (kind < 0.62) {
    return {
      ...common,
      type: 'token.issued',
      outcome: 'granted',
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      decision: `dec_${id}`,
      policy: 4,
      scopeAsked: ['payments:read'],
      scopeGiven: ['payments:read'],
      token: { id, format: 'jwt', expiresAt: 1_800_000_000 + index },
      inputs: { authority: `rows ${index % 7}`, depth: 1 },
    };
  }
  if (kind < 0.9) {
    return {
      ...common,
      caller: resource,
      type: 'report.stated',
      outcome: 'done',
      token: { id, format: 'jwt', expiresAt: 1_800_000_000 + index },
      inputs: { tool: toolOf(drawn(index, 7) % TOOLS), outcome: 'done', time: 1_800_000_000 + index },
    };
  }
  if (kind < 0.999) {
    return {
      ...common,
      type: 'token.refused',
      outcome: 'refused',
      error: 'access_denied',
      denial: { id: `dny_${id}`, layer: 'policy', reason: index % 3 === 0 ? 'policy_denied' : 'approval_required' },
      scopeAsked: ['payments:write'],
    };
  }
  return {
    type: 'agent.suspended',
    outcome: 'done',
    caller: personId(drawn(index, 8) % 20),
    agent: common.agent,
    target: { kind: 'agent', id: common.agent },
    note: 'suspended after a review',
  };
};
