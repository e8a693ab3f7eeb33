import { type Absence, stateOfAbsence } from '../../domain/approvals/absence.ts';
import type { Absences } from '../../domain/approvals/absences.ts';
import { type Answer, type Call, existing, type Handlers, pageOf } from './call.ts';
import type { JsonObject } from './json-body.ts';

/**
 * The part of the absences this API has. A user declares an absence on a page, where they prove who they are, and never by
 * token.
 */
export type AbsencesHere = Pick<Absences, 'end' | 'get' | 'isFounded' | 'list'>;

/** An account without a role sees its own absences, and those in which it decides for others; it may end both. */
export const absenceHandlers = (
  absences: AbsencesHere,
  clock: { now(): number },
): Handlers<'listAbsences' | 'getAbsence' | 'endAbsence'> => {
  const shown = async (absence: Absence): Promise<JsonObject> => {
    const { id, account, deputy, from, until, createdAt, endedAt, endedBy } = absence;
    const state = stateOfAbsence(absence, clock.now());
    return {
      id,
      account,
      deputy,
      from,
      until,
      state,
      counts: state === 'current' && (await absences.isFounded(absence)),
      created_at: createdAt,
      ...(endedAt === undefined ? {} : { ended_at: endedAt }),
      ...(endedBy === undefined ? {} : { ended_by: endedBy }),
    };
  };

  const visible = async ({ id, access, caller }: Call): Promise<Absence> =>
    existing(
      (await absences.get(id))?.document,
      ({ account, deputy }) => access === 'all' || account === caller.id || deputy === caller.id,
    );

  return {
    async listAbsences(call): Promise<Answer> {
      const { query, access, caller } = call;
      const { deputy } = query;
      const account = query.account ?? (access === 'own' && deputy !== caller.id ? caller.id : undefined);
      // Without a role, other accounts' absences do not exist (MG-01).
      if (access === 'own' && account !== caller.id && deputy !== caller.id) return { body: { items: [] } };
      const { items, next } = await absences.list({ ...pageOf(call), account, deputy });
      return { body: { items: await Promise.all(items.map(({ document }) => shown(document))) }, next };
    },

    getAbsence: async (call) => ({ body: await shown(await visible(call)) }),

    async endAbsence(call) {
      await visible(call);
      return { body: await shown((await absences.end(call.id, call.by)).document) };
    },
  };
};
