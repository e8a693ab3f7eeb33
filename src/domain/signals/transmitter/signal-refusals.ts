import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: receivers of security events, and their streams. */
export const SIGNAL_REFUSALS = {
  signal_client_wrong: {
    code: 'invalid_field',
    text: 'The client of a receiver is an active client with the grant type client_credentials and without a role. It is no agent.',
  },
  signal_client_taken: { code: 'conflict', text: 'Another receiver authenticates as this client.' },
  signal_client_set_by_other: {
    code: 'conflict',
    text: 'Another account set the credentials of this client, and may know them. Rotate its secret or enter its keys with your own account first: behalf clients rotate-secret CLIENT --local.',
  },
  signal_receivers_exceeded: { code: 'conflict', text: 'There are at most {most} receivers.' },
  signal_event_repeated: { code: 'invalid_field', text: 'Name 1 or more events, each once.' },
  signal_subject_malformed: {
    code: 'invalid_field',
    text: 'A subject is the id of an account or agent. "*" means all subjects and stands alone.',
  },
  signal_receiver_unknown: {
    code: 'forbidden',
    text: 'The client of this access token belongs to no active receiver of security events.',
  },
  signal_token_of_person: {
    code: 'forbidden',
    text: 'A receiver calls in its own name: request the access token with client_credentials.',
  },
  signal_stream_not_found: { code: 'not_found', text: 'This receiver has no such stream.' },
  signal_streams_exceeded: {
    code: 'conflict',
    text: 'This receiver has {most} streams already. Change or delete one of them.',
  },
  signal_member_malformed: { code: 'invalid_field', text: 'This member is not {form}.' },
  signal_member_fixed: {
    code: 'invalid_field',
    text: 'The transmitter sets this member, and its value is another one. Leave it out.',
  },
  signal_url_malformed: {
    code: 'invalid_field',
    text: 'The address is an https URL of a public host, or of one in egress.internalHosts.signalReceivers.',
  },
  signal_subject_format_unsupported: {
    code: 'invalid_field',
    text: 'Events here name subjects by iss_sub, or by complex subjects with members of that format, session and tenant.',
  },
  signal_removed_exceeded: { code: 'conflict', text: 'At most {most} subjects can be removed from a stream.' },
  signal_verification_too_soon: {
    code: 'too_many_requests',
    text: 'A verification event was requested less than {seconds} seconds ago.',
  },
  signal_stream_paused_here: {
    code: 'forbidden',
    text: 'An administrator of this server paused a stream of this receiver. Until an administrator resumes it, the receiver changes no status, and creates and deletes no streams.',
  },
  signal_stream_not_polled: { code: 'conflict', text: 'Events of this stream are pushed to its endpoint.' },
  signal_polls_exceeded: {
    code: 'too_many_requests',
    text: 'Too many polls of this stream wait. Wait for one of them.',
  },
} as const satisfies RefusalTable;

export const signalRefusal = refusalsOf(SIGNAL_REFUSALS);
