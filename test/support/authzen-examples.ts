/**
 * Requests that stand as examples in the AuthZEN Authorization API 1.0, and what any decision point must answer them with:
 * which members are there, since Alice is unknown here. By section.
 */
type Example = {
  readonly section: string;
  readonly endpoint: 'evaluate' | 'evaluateAll' | 'subject' | 'resource' | 'action';
  readonly request: { readonly [member: string]: unknown };
  /** Members of `evaluations`; absent: one decision. */
  readonly decisions?: number;
};

const alice = { type: 'user', id: 'alice@acmecorp.com' };
const canRead = { name: 'can_read' };
const document = (id: string) => ({ type: 'document', id });
const three = [{ resource: document('1') }, { resource: document('2') }, { resource: document('3') }];

export const EXAMPLES: readonly Example[] = [
  {
    section: '6.1',
    endpoint: 'evaluate',
    request: {
      subject: { type: 'user', id: 'alice@acmecorp.com' },
      resource: { type: 'account', id: '123' },
      action: { name: 'can_read', properties: { method: 'GET' } },
      context: { time: '1985-10-26T01:22-07:00' },
    },
  },
  {
    section: '5.1.2',
    endpoint: 'evaluate',
    request: {
      subject: {
        ...alice,
        properties: { department: 'Sales', ip_address: '172.217.22.14', device_id: '8:65:ee:17:7e:0b' },
      },
      resource: {
        type: 'book',
        id: '123',
        properties: { library_record: { title: 'AuthZEN in Action', isbn: '978-0593383322' } },
      },
      action: { name: 'extend-loan', properties: { period: '2W' } },
      context: { time: '1985-10-26T01:22-07:00', schema: 'https://schema.example.com/access-evaluation.schema.json' },
    },
  },
  {
    section: '7.1',
    endpoint: 'evaluateAll',
    request: {
      evaluations: ['boxcarring.md', 'subject-search.md', 'resource-search.md'].map((id) => ({
        subject: alice,
        action: canRead,
        resource: document(id),
        context: { time: '2024-05-31T15:22-07:00' },
      })),
    },
    decisions: 3,
  },
  {
    section: '7.1.1',
    endpoint: 'evaluateAll',
    request: {
      subject: alice,
      context: { time: '2024-05-31T15:22-07:00' },
      evaluations: [
        { action: canRead, resource: document('boxcarring.md') },
        { action: canRead, resource: document('subject-search.md') },
        { action: { name: 'can_edit' }, resource: document('resource-search.md') },
      ],
    },
    decisions: 3,
  },
  {
    section: '7.1.2',
    endpoint: 'evaluateAll',
    request: {
      action: canRead,
      evaluations: [{ resource: { type: 'doc', id: '1' }, subject: { type: 'doc', id: '2' } }],
      options: { evaluations_semantic: 'execute_all', another_option: 'value' },
    },
    decisions: 1,
  },
  {
    section: '7.1.2.1 execute_all',
    endpoint: 'evaluateAll',
    request: { subject: alice, action: canRead, options: { evaluations_semantic: 'execute_all' }, evaluations: three },
    decisions: 3,
  },
  {
    section: '7.1.2.1 deny_on_first_deny',
    endpoint: 'evaluateAll',
    request: {
      subject: alice,
      action: canRead,
      options: { evaluations_semantic: 'deny_on_first_deny' },
      evaluations: three,
    },
    decisions: 1,
  },
  {
    section: '7.1.2.1 permit_on_first_permit',
    endpoint: 'evaluateAll',
    request: {
      subject: alice,
      action: canRead,
      options: { evaluations_semantic: 'permit_on_first_permit' },
      evaluations: three,
    },
    decisions: 3,
  },
  {
    section: '7.1 without evaluations',
    endpoint: 'evaluateAll',
    request: { subject: alice, action: canRead, resource: document('1'), evaluations: [] },
  },
  {
    section: '8.4',
    endpoint: 'subject',
    request: {
      subject: { type: 'user' },
      action: canRead,
      resource: { type: 'account', id: '123' },
      context: { time: '2024-10-26T01:22-07:00' },
    },
  },
  {
    section: '8.5',
    endpoint: 'resource',
    request: { subject: alice, action: canRead, resource: { type: 'account' } },
  },
  {
    section: '8.6',
    endpoint: 'action',
    request: { subject: { type: 'user', id: '123' }, resource: { type: 'account', id: '123' }, context: {} },
  },
];
