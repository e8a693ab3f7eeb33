/** Schemas of approvals. */
import { BREAK_GLASS_FINDINGS } from '../../../../domain/approvals/approval.ts';
import { SHOWN_STATES } from '../../../../domain/approvals/approval-lists.ts';
import { named } from '../../schema.ts';
import {
  flag,
  identified,
  input,
  integer,
  list,
  nullable,
  object,
  oneOf,
  output,
  page,
  seconds,
  strings,
  text,
} from '../../schema-parts.ts';

const account = text('Id of an account.', 128);

export const APPROVAL = named(
  'Approval',
  output(
    {
      ...identified('Begins with apv_.'),
      state: oneOf(
        'Current state. `approved`: the agent has not used the approval yet. `redeemed`: the agent used it. `unused`: approvers approved it, and the agent did not use it in time. `expired`: no decision in time.',
        SHOWN_STATES,
      ),
      channel: oneOf(
        'Channel of the request: an exchange or refresh, a CIBA request, or an access request of a resource server.',
        ['token_exchange', 'backchannel', 'access_request'],
      ),
      requested_by: text('Resource server that sent the access request.', 128),
      requested_until: seconds('Until when the resource server requests the approval.'),
      digest: text('SHA-256 over the canonical JSON (RFC 8785) of the action, base64url.', 43),
      agent: text('Agent that would perform the action.', 128),
      client: text('Client that requested the approval.', 2048),
      subject: text('Account on whose behalf.', 128),
      chain: object('As the `act` claim would have it (RFC 8693 §4.1).'),
      resource: text('Resource indicator.', 2048),
      scope: strings('All scopes requested there.', 200, 128),
      details: list('Authorization details of the action (RFC 9396).', 50, object()),
      blueprint: nullable(
        output({
          id: text('Id.', 128),
          version: integer('Version of the blueprint that was active.'),
        }),
      ),
      composition: nullable(
        text('Digest of the composition that the agent presented, else of the one it declared.', 128),
      ),
      composition_grade: oneOf('Who vouched for the composition.', ['declared', 'attested']),
      policy: nullable(integer('Version of the policy set that was evaluated.')),
      risk: oneOf('Highest risk among the requested rights.', ['low', 'medium', 'high', 'critical']),
      requires: output(
        {
          quorum: integer('Number of different people who have to approve.'),
          acr: text('Authentication context class that each approver’s sign-in needs.', 256),
          proven_anew: flag('Whether each approver has to authenticate again for this decision.'),
        },
        ['acr'],
      ),
      approvers: list('Accounts that may decide.', 64, account),
      approvers_except: strings('People who may not decide: `subject`, `owner`, ids of groups.', 200, 128),
      must_agree: nullable(text('Approver whose approval is required. Without it, the request is not approved.', 128)),
      escalation: output(
        {
          at: seconds('When further approvers are added if no decision was made.'),
          names: strings('The further approvers: `subject`, `owner`, ids of groups.', 200, 128),
          added: list('Accounts that were notified; absent until then.', 64, account),
        },
        ['added'],
      ),
      votes: list(
        'Approvals given so far: account and time.',
        64,
        output({ account, for: text('Absent account that the approver acted for.', 128), at: seconds('When.') }, [
          'for',
        ]),
      ),
      break_glass: output(
        {
          reason: text('Reason given by the first caller.', 500),
          by: list(
            'Account that invoked break-glass, then the account that confirmed it. One entry: not confirmed yet.',
            2,
            output({ account, at: seconds('When.') }),
          ),
          review: oneOf('Of a completed break-glass: whether a third person has reviewed it.', ['open', 'closed']),
          finding: oneOf('Finding of the reviewer.', BREAK_GLASS_FINDINGS),
          note: text('Note of the reviewer.', 2000),
          reviewed_by: text('Account or client of the reviewer.', 128),
          reviewed_at: seconds('When.'),
        },
        ['review', 'finding', 'note', 'reviewed_by', 'reviewed_at'],
      ),
      binding_message: text('Message of the agent, or of the requesting resource server, to the approvers.', 2048),
      created_at: seconds('When it was requested.'),
      expires_at: seconds('Until when approvers may decide.'),
      decided_at: seconds('When it was decided.'),
      decided_by: text('Account that denied it, or agent that cancelled it.', 2048),
      decided_for: text('Absent account that the approver acted for when denying.', 128),
      redeem_by: seconds(
        'Until when the agent may fetch the token of an approved request, or the resource server may collect the approval.',
      ),
      redeemed_at: seconds('When it was redeemed.'),
      used_at: seconds('When the resource server carried out the action.'),
    },
    [
      'composition_grade',
      'requested_by',
      'requested_until',
      'details',
      'approvers_except',
      'escalation',
      'break_glass',
      'binding_message',
      'decided_at',
      'decided_by',
      'decided_for',
      'redeem_by',
      'redeemed_at',
      'used_at',
    ],
  ),
);

export const APPROVAL_PAGE = page(APPROVAL);

export const BREAK_GLASS_REVIEW = named(
  'BreakGlassReview',
  input(
    {
      finding: oneOf('Whether break-glass was justified.', BREAK_GLASS_FINDINGS),
      note: text('Result of the review: 10 to 2000 characters.', 2000),
    },
    ['finding', 'note'],
  ),
);
