/** A response rule with its replay, and responses of it, as pages show them. */
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import { recordId } from '../../src/domain/audit/audit-record.ts';
import { RESPONSES, type Response } from '../../src/domain/governance/responses/response.ts';
import {
  RESPONSE_RULES,
  type ResponseRule,
  type RuleReplay,
} from '../../src/domain/governance/responses/response-rule.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import type { RunningServer } from './running-server.ts';
import type { Scene } from './scene.ts';

export const shownResponses = async (
  server: RunningServer,
  { management, jwt }: Pick<Scene, 'management' | 'jwt'>,
  { agent, owner }: { readonly agent: string; readonly owner: string },
): Promise<{ readonly responseRule: string; readonly response: string }> => {
  const { documents } = server.behalf.services;
  const drafted = await management.call('POST', '/response-rules', {
    ...{ name: 'Denials from a new network', act: 'contain', environments: ['production', 'test'] },
    when: [
      { fact: 'denials_10_minutes', at_least: 20 },
      { fact: 'new_networks_hour', at_least: 1 },
    ],
  });
  const rule = String(drafted.body['id']);
  const replayed = await management.call('POST', `/response-rules/${rule}/replay`, {});
  const at = Number(replayed.body['updated_at']);
  const values = { denials_10_minutes: 22, new_networks_hour: 1 };
  await update(documents.collection<ResponseRule>(RESPONSE_RULES), rule, (one) => ({
    ...one,
    replay: {
      ...{ ...(one.replay as RuleReplay), events: 3400, seen: 12, acted: 1, mostInHour: 1 },
      agents: [{ agent, at, values, evidence: [] }],
    },
  }));
  const denied = ['write', 'delete'].map((scope) => ({
    ...{
      type: 'token.refused',
      outcome: 'refused',
      caller: agent,
      agent,
      owner,
      resource: jwt.identifier,
      scopeAsked: [scope],
    },
    ...{ error: 'access_denied', personal: { source: '198.51.100.7' } },
  })) satisfies AuditEvent[];
  const evidence = await Promise.all(
    denied.map(async (event) => {
      const { stream, sequence } = await server.behalf.services.audit.append(event);
      return recordId(stream, sequence);
    }),
  );
  const response = (id: string, more: Partial<Response> = {}): Response => ({
    ...{ id, rule, ruleName: 'Denials from a new network', agent, agentName: 'Planner', owner, act: 'contain' },
    ...{ state: 'open', slot: id, values, bounds: { denials_10_minutes: 20, new_networks_hour: 1 } },
    ...{ evidence, eventAt: at, createdAt: at, updatedAt: at },
    ...more,
  });
  const responses = documents.collection<Response>(RESPONSES);
  await responses.insertMany([
    response('rsp_shown'),
    response('rsp_narrowed', {
      ...{ act: 'narrow', until: at + 86_400 },
      past: { resources: [jwt.identifier, 'https://files.example.com'], people: [owner] },
    }),
    response('rsp_braked', { state: 'notified', isBraked: true }),
    response('rsp_lifted', { state: 'lifted', liftedBy: owner, liftedAt: at }),
  ]);
  return { responseRule: rule, response: 'rsp_shown' };
};
