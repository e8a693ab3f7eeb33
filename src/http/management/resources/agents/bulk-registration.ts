import type { AuditLog } from '../../../../domain/audit/audit-event.ts';
import { refusedDecision } from '../../../../domain/audit/refused-decision.ts';
import type { Agent } from '../../../../domain/clients/agents/agent.ts';
import type { RepeatableRegistration } from '../../../../domain/clients/registration/repeatable-registration.ts';
import type { Versioned } from '../../../../domain/ports/document-store.ts';
import { isDomainError } from '../../../../domain/vocabulary/errors.ts';
import { strictJson } from '../../../../domain/vocabulary/strict-json.ts';
import { refusalOf } from '../../../problem.ts';
import type { Call } from '../../call.ts';
import type { JsonObject } from '../../json-body.ts';
import { managementRefusal } from '../../management-refusals.ts';
import { bodyCheck } from '../../validation.ts';
import { fromWire } from '../../wire-names.ts';
import { type AgentGiven, NEW_AGENT } from './schemas.ts';

/** Lines to process at once: their audit events share one write. */
const AT_ONCE = 64;
/** Concurrent bulk requests of this process. More would only wait for the same store. */
const MOST_REQUESTS = 4;

/** The call for one agent. */
export type Registering = Pick<Call, 'access' | 'by' | 'caller'> & { readonly body: AgentGiven };

type Register = (call: Registering, reservedId: string) => Promise<Versioned<Agent>>;

/**
 * Registers many agents in one request, one on each line, and answers each line in the same order (MG-08). Registers a line
 * whole or not at all; a refused line stops no other. After any failure the caller may repeat the request with the same
 * idempotency key: lines that were registered get the same answer again.
 */
export const bulkRegistration = (deps: {
  readonly register: Register;
  readonly registration: RepeatableRegistration;
  readonly audit: AuditLog;
}) => {
  const { register, registration, audit } = deps;
  const checkAgent = bodyCheck(NEW_AGENT);
  let requests = 0;

  const registered = async (call: Call, key: string, line: Buffer, place: number) => {
    const value = strictJson(line, []);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw managementRefusal('line_not_object');
    }
    const agent = checkAgent(Object.fromEntries(Object.entries(value)));
    const of = { caller: call.caller.id, key, place };
    const { found, isReplayed } = await registration.once(of, line.toString('utf8'), (id) =>
      register({ ...call, body: fromWire(agent) }, id),
    );
    const { id, state } = found.document;
    return { line: place, status: 201, id, state, ...(isReplayed ? { replayed: true } : {}) };
  };

  /** Writes one event for each refusal by policy. Other errors of a line concern only its sender. */
  const recordDenial = async ({ caller, by }: Call, error: unknown): Promise<void> => {
    if (!isDomainError(error) || !error.refused) return;
    await audit.append({
      type: 'management.refused',
      outcome: 'refused',
      caller: caller.id,
      error: error.code,
      note: 'createAgents',
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      ...refusedDecision(error),
    });
  };

  const results = async function* (call: Call, key: string, lines: AsyncIterable<Buffer>): AsyncGenerator<string> {
    const counts = { registered: 0, refused: 0, replayed: 0 };
    let place = 0;
    let waiting: Promise<JsonObject>[] = [];
    const drain = async function* (): AsyncGenerator<string> {
      for (const result of await Promise.all(waiting)) {
        counts[result['replayed'] ? 'replayed' : result['status'] === 201 ? 'registered' : 'refused'] += 1;
        yield JSON.stringify(result);
      }
      waiting = [];
    };
    try {
      for await (const line of lines) {
        place += 1;
        const at = place;
        const result = registered(call, key, line, at).catch(async (error: unknown) => {
          // The key belongs to another request, not to another line of this one.
          if (at === 1 && isDomainError(error) && error.field === 'Idempotency-Key') throw error;
          await recordDenial(call, error);
          return { line: at, ...refusalOf(error) };
        });
        result.catch(() => undefined);
        waiting.push(result);
        // Answers the first line alone: it shows whether the request can be answered at all, before the response begins.
        if (place === 1 || waiting.length === AT_ONCE) yield* drain();
      }
      yield* drain();
      yield JSON.stringify({ done: true, ...counts });
    } finally {
      requests -= 1;
      await Promise.allSettled(waiting);
      await audit.append({
        type: 'agent.bulk_registered',
        outcome: 'done',
        caller: call.caller.id,
        inputs: { ...counts, lines: place },
        ...(call.by.request === undefined ? {} : { request: call.by.request }),
        ...(call.by.source === undefined ? {} : { personal: { source: call.by.source } }),
      });
    }
  };

  return async (call: Call) => {
    const { idempotencyKey, lines } = call;
    if (idempotencyKey === undefined || !lines) {
      throw managementRefusal('idempotency_key_missing');
    }
    if (requests >= MOST_REQUESTS) {
      throw managementRefusal('bulk_registrations_exceeded', { retryAfterSeconds: 10 });
    }
    requests += 1;
    return { lines: results(call, idempotencyKey, lines) };
  };
};
