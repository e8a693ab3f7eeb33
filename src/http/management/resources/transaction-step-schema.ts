/** A token of a transaction, as the management API shows it. */
import { GRADES } from '../../../domain/authority/transactions/grading.ts';
import { named } from '../schema.ts';
import { arrayOf, integer, oneOf, output, page, seconds, string, strings } from '../schema-parts.ts';

const STEP = named(
  'TransactionStep',
  output(
    {
      token: string('`jti` of a JWT, keyed digest of an opaque token.'),
      at: seconds('When it was issued.'),
      expires_at: seconds('When it expires.'),
      ended_at: seconds('When an event ended it before.'),
      ended_by: string('Type of that event.'),
      agent: string('Agent that got it.'),
      resource: string('API that it is for.'),
      scope: strings('Scopes.', 1000, 1000),
      approval: string('Approval that it was issued from.'),
      max_uses: integer('Calls that it is good for.'),
      reports: integer('Reports about it.'),
      grade: oneOf('Whether the token and the reports about it agree.', GRADES),
      event: string('Audit event that issued it.'),
      decision: string('Decision that granted it.'),
      policy: integer('Version of the evaluated policy set.'),
      parent: string('Token that it was exchanged for.'),
      delegation: string('Delegation that it was issued under.'),
      calls: arrayOf(
        output(
          {
            time: seconds('When it was, as the resource server states.'),
            what: string('Tool or route.'),
            outcome: string('Outcome, as the resource server states.'),
            server: string('Resource server that reported it.'),
          },
          ['time', 'server'],
        ),
        'The first calls that resource servers reported.',
      ),
    },
    ['ended_at', 'ended_by', 'agent', 'resource', 'approval', 'max_uses', 'decision', 'policy', 'parent', 'delegation'],
  ),
);

export const STEP_PAGE = page(STEP);
