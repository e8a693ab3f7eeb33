/** Resource: absences of approvers. */

import { type Absence, stateOfAbsence } from '../../../domain/approvals/absence.ts';
import type { Absences } from '../../../domain/approvals/absences.ts';
import type { Clock } from '../../../domain/ports/clock.ts';
import { type Call, existing, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, OWN, PAGE } from '../route.ts';
import { named } from '../schema.ts';
import { flag, identified, oneOf, output, page, seconds, text } from '../schema-parts.ts';
import { APPROVAL_SCOPES } from './approvals/approvals.ts';

const _account = text('Id of an account.', 128);

const ABSENCE = named(
  'Absence',
  output(
    {
      ...identified('Begins with abs_.'),
      account: text('Account that is absent.', 128),
      deputy: text('Account that decides on approvals for the absent account.', 128),
      from: seconds('When it begins.'),
      until: seconds('When it ends.'),
      state: oneOf('Current state. `ended`: it was ended early.', ['planned', 'current', 'over', 'ended']),
      counts: flag(
        'Whether the deputy may decide now. True while both accounts are active and no later event invalidated the absence.',
      ),
      created_at: seconds('When it was declared.'),
      ended_at: seconds('When it was ended early.'),
      ended_by: text('Account or client that ended it.', 128),
    },
    ['ended_at', 'ended_by'],
  ),
);

const ABSENCE_PAGE = page(ABSENCE);

/** People declare absences on a page. By token they can only end them. */
const make = about('absences', APPROVAL_SCOPES);

const routes = {
  listAbsences: make.read('/absences', ABSENCE_PAGE, 'List absences, newest first', {
    own: true,
    query: {
      ...PAGE,
      account: givenId('Only absences of this account.'),
      deputy: givenId('Only absences in which this account is the deputy.'),
    },
  }),
  getAbsence: make.read('/absences/{id}', ABSENCE, 'Read an absence', OWN),
  endAbsence: make.act(
    '/absences/{id}/end',
    ABSENCE,
    'End an absence early. The deputy’s approvals become invalid unless a token was issued from them',
    OWN,
  ),
};

/**
 * The functions of absences for this API. A user declares an absence on a page, where they prove their identity, and never by
 * token.
 */
export type AbsencesHere = Pick<Absences, 'end' | 'get' | 'isFounded' | 'list'>;

type Dependencies = {
  readonly absences: AbsencesHere;
  readonly clock: Pick<Clock, 'now'>;
};

/** An account without a role sees its own absences, and those in which it is the deputy. It may end both. */
const handlers = ({ absences, clock }: Dependencies): Handlers<typeof routes> => {
  const shown = async (absence: Absence) => {
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
    async listAbsences(call) {
      const { query, access, caller } = call;
      const { deputy } = query;
      const account = query.account ?? (access === 'own' && deputy !== caller.id ? caller.id : undefined);
      // Answers a caller without a role as if other accounts' absences did not exist (MG-01).
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

export const absences = resource(routes, handlers);
