/** Resource: legal holds on records of the audit log. */

import type { LegalHold } from '../../../domain/audit/archive/legal-hold.ts';
import type { LegalHoldRegistry } from '../../../domain/platform/legal-holds/hold-registry.ts';
import { existing, objectAnswer, pageAnswer, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE } from '../route.ts';
import { named } from '../schema.ts';
import { identified, input, integer, oneOf, output, page, RECORD, seconds, string, text } from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { AUDIT_SCOPES } from './audit.ts';

const REASON = text('Reason. It is stored permanently.', 500);
const TIME = (description: string) => integer(description, { minimum: 0, maximum: 99_999_999_999 });

const NEW_HOLD = named(
  'NewLegalHold',
  input(
    {
      about: text(
        'Only records that name this id anywhere: of a transaction, account, agent, client or any other object.',
        200,
      ),
      from: TIME('Only records from this second on, epoch seconds.'),
      to: TIME('Only records up to this second, epoch seconds.'),
      reason: REASON,
    },
    ['reason'],
  ),
);

const RELEASE = named('LegalHoldRelease', input({ reason: REASON }, ['reason']));

const HOLD = named(
  'LegalHold',
  output(
    {
      ...identified('Begins with hld_.'),
      state: oneOf('released: it keeps nothing any more. A hold is never deleted.', ['active', 'released']),
      about: string('Only records that name this id. Without conditions, the hold is of all records.'),
      from: seconds('First second of the records.'),
      to: seconds('Last second of the records.'),
      reason: string('Why it was created.'),
      created_by: string('Account or client that created it.'),
      released_by: string('Account or client that released it.'),
      released_at: seconds('When it was released.'),
      release_reason: string('Why it was released.'),
      ...RECORD,
    },
    ['about', 'from', 'to', 'released_by', 'released_at', 'release_reason'],
  ),
);

const make = about('legal-holds', AUDIT_SCOPES);
const BY_ADMINISTRATORS = { roles: ADMINISTRATORS, freshFactor: true } as const;

const routes = {
  createLegalHold: make.create(
    '/legal-holds',
    NEW_HOLD,
    HOLD,
    'Create a legal hold: records of the audit log that it covers stay in the store, with all later ones, until it is released',
    BY_ADMINISTRATORS,
  ),
  listLegalHolds: make.read('/legal-holds', page(HOLD), 'List legal holds, newest first', {
    query: { ...PAGE, state: oneOf('Only holds in this state.', ['active', 'released']) },
  }),
  getLegalHold: make.read('/legal-holds/{id}', HOLD, 'Read a legal hold'),
  releaseLegalHold: make.act('/legal-holds/{id}/release', HOLD, 'Release a legal hold permanently', {
    ...BY_ADMINISTRATORS,
    body: RELEASE,
  }),
};

const shown = (hold: LegalHold) =>
  show(hold, [
    ...(['id', 'state', 'about', 'from', 'to', 'reason', 'createdBy'] as const),
    ...(['releasedBy', 'releasedAt', 'releaseReason', 'createdAt', 'updatedAt'] as const),
  ]);

const handlers = ({ legalHolds }: { readonly legalHolds: LegalHoldRegistry }): Handlers<typeof routes> => ({
  createLegalHold: async ({ body, by }) => objectAnswer(await legalHolds.create(body, by), shown),
  listLegalHolds: async (call) => pageAnswer(await legalHolds.list({ ...pageOf(call), ...stateOf(call.query) }), shown),
  getLegalHold: async ({ id }) => objectAnswer(existing(await legalHolds.get(id)), shown),
  releaseLegalHold: async ({ id, body, by }) => objectAnswer(await legalHolds.release(id, body.reason, by), shown),
});

const stateOf = ({ state }: { readonly state?: LegalHold['state'] | undefined }) =>
  state === undefined ? {} : { state };

export const legalHolds = resource(routes, handlers);
