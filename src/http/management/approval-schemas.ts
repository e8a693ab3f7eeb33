import { BREAK_GLASS_FINDINGS } from '../../domain/approvals/approval.ts';
import { SHOWN_STATES } from '../../domain/approvals/approval-lists.ts';
import {
  flag,
  identified,
  input,
  type JsonSchema,
  list,
  nullable,
  oneOf,
  output,
  page,
  seconds,
  strings,
  text,
} from './schema-parts.ts';

const account = text('Id of an account.', 128);

/** What approvals look like over the API. */
export const APPROVAL_SCHEMAS = {
  Approval: output(
    {
      ...identified('Begins with apv_.'),
      state: oneOf(
        'How it stands now. `approved` waits for its agent, `redeemed` is the end of a good one. `unused`: people approved it, and the agent did not use it in time. `expired`: no decision in time.',
        SHOWN_STATES,
      ),
      channel: oneOf(
        'Channel it was requested through: an exchange or refresh, a CIBA request, or an access request of a resource server.',
        ['token_exchange', 'backchannel', 'access_request'],
      ),
      requested_by: text('Resource server that sent the access request.', 128),
      requested_until: seconds('Until when it wants it.'),
      digest: text('SHA-256 over the canonical JSON (RFC 8785) of the action, base64url.', 43),
      agent: text('Agent that would act.', 128),
      client: text('Client that asked.', 2048),
      subject: text('Account on whose behalf.', 128),
      chain: { type: 'object', description: 'As the `act` claim would have it (RFC 8693 §4.1).' },
      resource: text('Resource indicator.', 2048),
      scope: strings('All of what is asked there.', 200, 128),
      details: list('Authorization details of the action (RFC 9396).', 50, { type: 'object' }),
      blueprint: nullable(
        output({ id: text('Id.', 128), version: { type: 'integer', description: 'Version that counted.' } }),
      ),
      composition: nullable(text('Digest of what the agent declared to be made of.', 128)),
      policy: nullable({ type: 'integer', description: 'Version of the policy set that was asked.' }),
      risk: oneOf('The highest of what is asked.', ['low', 'medium', 'high', 'critical']),
      requires: output(
        {
          quorum: { type: 'integer', description: 'So many different people have to agree.' },
          acr: text('Each of them by a sign-in of this class.', 256),
          proven_anew: flag('Whether each proves who it is for this very decision.'),
        },
        ['acr'],
      ),
      approvers: list('Accounts that may decide.', 64, account),
      approvers_except: strings(
        'Whoever is one of these decides nothing: `subject`, `owner`, ids of groups.',
        200,
        128,
      ),
      must_agree: nullable(text('The one among them without whom it does not count.', 128)),
      escalation: output(
        {
          at: seconds('From when on further people are asked, too, if nobody has decided.'),
          names: strings('Who they are: `subject`, `owner`, ids of groups.', 200, 128),
          added: list('Accounts that were told of it; absent until then.', 64, account),
        },
        ['added'],
      ),
      votes: list(
        'Who said yes, and when.',
        64,
        output({ account, for: text('Who is away and for whom it was said.', 128), at: seconds('When.') }, ['for']),
      ),
      break_glass: output(
        {
          reason: text('Why, in the words of who called first.', 500),
          by: list('Who called for it, and who agreed; one only called.', 2, output({ account, at: seconds('When.') })),
          review: oneOf('Of one that happened: whether a third person has looked at it.', ['open', 'closed']),
          finding: oneOf('What that one found.', BREAK_GLASS_FINDINGS),
          note: text('In words.', 2000),
          reviewed_by: text('Who it was.', 128),
          reviewed_at: seconds('When.'),
        },
        ['review', 'finding', 'note', 'reviewed_by', 'reviewed_at'],
      ),
      binding_message: text('Words of the agent, or of the resource server that asked, for people.', 2048),
      created_at: seconds('When it was asked.'),
      expires_at: seconds('Until when people may decide.'),
      decided_at: seconds('When it was decided.'),
      decided_by: text('Who denied it, or the agent that took it back.', 2048),
      decided_for: text('Who is away and for whom it was denied.', 128),
      redeem_by: seconds(
        'Until when the agent may fetch the token of an approved one, or its resource server have its yes.',
      ),
      redeemed_at: seconds('When that was.'),
      used_at: seconds('When the resource server carried out the action.'),
    },
    [
      ...[
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
    ],
  ),
  ApprovalPage: page('Approval'),
  BreakGlassReview: input(
    {
      finding: oneOf('Whether it was right to let it happen.', BREAK_GLASS_FINDINGS),
      note: text('What was found: 10 to 2000 characters.', 2000),
    },
    ['finding', 'note'],
  ),
  Absence: output(
    {
      ...identified('Begins with abs_.'),
      account: text('Account that is away.', 128),
      deputy: text('Account that decides for it about approvals.', 128),
      from: seconds('When it begins.'),
      until: seconds('When it is over.'),
      state: oneOf('How it stands now. `ended`: before its time.', ['planned', 'current', 'over', 'ended']),
      counts: flag(
        'Whether the deputy decides by it now: both accounts are active, and nothing ended what was said in it.',
      ),
      created_at: seconds('When it was said.'),
      ended_at: seconds('When it was ended before its time.'),
      ended_by: text('Who ended it.', 128),
    },
    ['ended_at', 'ended_by'],
  ),
  AbsencePage: page('Absence'),
} satisfies Readonly<Record<string, JsonSchema>>;
