/** `behalf policy simulate`: what policies would decide, before they are active. */
import { readFileSync } from 'node:fs';
import { EXIT, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import { findAccount, findOwner } from '../named-owners.ts';
import { printable, table } from '../table.ts';

export const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}.`, 'It is a text in Cedar.');
  }
};

/** A version on the server, or a local file that is only simulated. */
export const policiesOf = (given: string | undefined): Json => {
  if (given === undefined) return {};
  return given === 'active' || /^[1-9]\d{0,8}$/.test(given) ? { policy: given } : { text: readText(given) };
};

const names = (value: unknown): string => (Array.isArray(value) && value.length > 0 ? value.join(' ') : 'nothing');
const textsOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
export const rowsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

const POLICY = { value: 'VERSION|FILE', description: 'Policies to simulate. Default: the active ones.' } as const;

export const simulateCommand = managementCommand({
  words: ['policy', 'simulate'],
  operands: [],
  summary: 'Simulate what an agent would get, layer by layer, and what would have to change for more.',
  role: 'operator',
  options: {
    agent: { value: 'PARTY', description: 'Agent or client that requests the token.', isRequired: true },
    account: { value: 'NAME', description: 'Username or id on whose behalf. Default: the agent acts for itself.' },
    resource: { value: 'URL', description: 'Resource server of the request.', isRequired: true },
    scope: { value: 'NAME', description: 'Requested scope. Default: all.', isRepeatable: true },
    transaction: { value: 'ID', description: 'Declared transaction of the agent. Default: none.' },
    policy: POLICY,
    'assume-consent': { description: 'Assume that the person consented to all scopes.' },
  },
  notes: 'The exit code is 3 when a requested scope would be refused, or nothing would be granted.',
  run: async (call) => {
    const [account, scope] = [call.text('account'), call.texts('scope').flatMap((text) => text.split(' '))];
    const { body } = await call.api.run('simulatePolicies', {
      body: {
        caller: call.required('agent'),
        resource: call.required('resource'),
        ...(account === undefined ? {} : { subject: await findAccount(call.api, account) }),
        ...(scope.length === 0 ? {} : { scope }),
        ...(call.isSet('assume-consent') ? { assume_consent: true } : {}),
        ...texts(call, { transaction: 'transaction' }),
        ...policiesOf(call.text('policy')),
      },
    });
    call.print.object(body, tokenText(body));
    const given = body['scope'] as readonly string[];
    const isAllowed = scope.length === 0 ? given.length > 0 : scope.every((name) => given.includes(name));
    return isAllowed ? EXIT.done : EXIT.denied;
  },
});

const AS = { value: 'CALLER', description: 'Caller: a username, or the name or id of a client.' } as const;
const DENIED = 'The exit code is 3 when it would be refused.';

const callerOf = ({ text }: ManagementCall): Json => {
  const caller = text('as');
  return caller === undefined ? {} : { caller };
};

const simulateUse = async (call: ManagementCall, asked: Json): Promise<number> => {
  const { body } = await call.api.run('simulatePolicies', {
    body: { ...callerOf(call), ...asked, ...policiesOf(call.text('policy')) },
  });
  call.print.object(body, useText(body));
  return (body['scope'] as readonly string[]).length > 0 ? EXIT.done : EXIT.denied;
};

export const simulateRegisterCommand = managementCommand({
  words: ['policy', 'simulate', 'register'],
  operands: ['agent|client'],
  summary: 'Simulate whether a caller may register an agent or a client, and what would have to change.',
  role: 'operator',
  options: {
    as: AS,
    way: { value: 'WAY', description: 'management, token, statement, open, document or itself. Default management.' },
    owner: { value: 'NAME', description: 'Owner: username, name of a group, or id.' },
    blueprint: { value: 'BLUEPRINT', description: 'Blueprint of the agent.' },
    environment: { value: 'NAME', description: 'Environment of the agent. Default development.' },
    credential: { value: 'KIND', description: 'Kind of its credential. Default jwks.', isRepeatable: true },
    role: { value: 'ROLE', description: 'Role of a client.', isRepeatable: true },
    change: { description: 'Simulate a change of a registered agent or client to these values.' },
    policy: POLICY,
  },
  notes: DENIED,
  run: async (call) => {
    const [owner, credentials, roles] = [call.text('owner'), call.texts('credential'), call.texts('role')];
    const given = ['way', 'blueprint', 'environment'].flatMap((name) => {
      const value = call.text(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    return simulateUse(call, {
      register: {
        kind: call.operands[0],
        ...Object.fromEntries(given),
        ...(owner === undefined ? {} : { owner: await findOwner(call.api, owner) }),
        ...(credentials.length === 0 ? {} : { credentials }),
        ...(roles.length === 0 ? {} : { roles }),
        ...(call.isSet('change') ? { change: true } : {}),
      },
    });
  },
});

export const simulateAdministerCommand = managementCommand({
  words: ['policy', 'simulate', 'administer'],
  operands: ['OPERATION'],
  summary: 'Simulate whether a caller may call the management API, and what would have to change.',
  role: 'operator',
  options: {
    as: { ...AS, isRequired: true },
    target: {
      value: 'OBJECT',
      description: 'The agent, client, account or group that the call targets, or the object with this id.',
    },
    policy: POLICY,
  },
  notes: `OPERATION is an operationId of the OpenAPI document, such as suspendAgent. ${DENIED}`,
  run: async (call) => {
    const target = call.text('target');
    return simulateUse(call, {
      administer: { operation: call.operands[0], ...(target === undefined ? {} : { target }) },
    });
  },
});

export const simulateApproveCommand = managementCommand({
  words: ['policy', 'simulate', 'approve'],
  operands: [],
  summary:
    'Simulate who could approve a request of an agent, or whether one account may, and what would have to change.',
  role: 'operator',
  options: {
    as: {
      value: 'ACCOUNT',
      description: 'Username or id of the approver. Default: all who could approve, with --account.',
    },
    agent: { value: 'AGENT', description: 'Agent that requests the approval.', isRequired: true },
    account: { value: 'NAME', description: 'Username or id on whose behalf. Default: the approver.' },
    resource: { value: 'URL', description: 'Resource server of the request.', isRequired: true },
    scope: { value: 'NAME', description: 'Requested scope.', isRequired: true, isRepeatable: true },
    for: { value: 'NAME', description: 'Username or id of the absent person, when the approver acts as deputy.' },
    consent: { description: 'Simulate the consent of the person on whose behalf, when others approve.' },
    policy: POLICY,
  },
  notes: `${DENIED} Without --as it is 3 when too few people can approve.`,
  run: async (call) => {
    const [account, away] = [call.text('account'), call.text('for')];
    const request = {
      agent: call.required('agent'),
      resource: call.required('resource'),
      scope: call.texts('scope').flatMap((text) => text.split(' ')),
    };
    if (call.text('as') === undefined) {
      if (away !== undefined || call.isSet('consent')) throw usageError('--for and --consent go with --as only.');
      return listApprovers(call, request);
    }
    return simulateUse(call, {
      approve: {
        ...request,
        ...(account === undefined ? {} : { subject: await findAccount(call.api, account) }),
        ...(away === undefined ? {} : { for: await findAccount(call.api, away) }),
        ...(call.isSet('consent') ? { consent: true } : {}),
      },
    });
  },
});

const listApprovers = async (call: ManagementCall, request: Json): Promise<number> => {
  const account = call.text('account');
  if (account === undefined)
    throw usageError('Whose approvers?', 'Name an approver with --as, or the person with --account.');
  const subject = await findAccount(call.api, account);
  const { body } = await call.api.run('simulateApprovers', {
    body: { ...request, subject, ...policiesOf(call.text('policy')) },
  });
  call.print.object(body, approversText(body));
  return body['is_enough'] === true ? EXIT.done : EXIT.denied;
};

const approversText = ({
  is_possible: isPossible,
  quorum,
  must_agree: mustAgree,
  approvers,
  is_enough: isEnough,
  version,
  enforced,
}: Json): string => {
  const lines = [
    headOf(version, enforced),
    isPossible === true ? `People who must approve: ${quorum}` : 'No approval grants all of it.',
    ...(mustAgree === true ? ['The person on whose behalf must be one of them.'] : []),
    ...(isPossible === true && isEnough !== true ? ['That is not possible now.'] : []),
  ];
  return [
    lines.map((line) => `${printable(line)}\n`).join(''),
    table(
      [
        { title: 'APPROVER', value: (one: Json) => one['account'] },
        { title: 'AS', value: (one: Json) => one['as'] },
        { title: 'CAN', value: (one: Json) => (one['is_permitted'] === true ? 'yes' : 'no') },
        { title: 'WHY NOT', value: (one: Json) => [...textsOf(one['reasons']), ...textsOf(one['policies'])] },
      ],
      rowsOf(approvers),
    ),
  ].join('\n');
};

const useText = ({ scope, layers, policies, changes, version, enforced, stops }: Json): string => {
  const isLetThrough = (scope as readonly string[]).length > 0;
  const [said] = rowsOf(policies);
  const lines = [
    headOf(version, enforced),
    ...rowsOf(stops).map(String),
    `It would ${isLetThrough ? '' : 'not '}be let through.`,
  ];
  return [
    lines.map((line) => `${printable(line)}\n`).join(''),
    table(
      [
        { title: 'LAYER', value: (one: Json) => one['layer'] },
        {
          title: 'SAYS',
          value: ({ counts, why, leaves }: Json) => {
            if (counts !== true) return `does not apply: ${why}`;
            return `${rowsOf(leaves).length > 0 ? 'yes' : 'no'}${why === undefined ? '' : `, ${why}`}`;
          },
        },
        {
          title: 'BY',
          value: ({ layer }: Json) => (layer === 'policy' ? rowsOf(said?.['by']).map(({ id }) => id) : undefined),
        },
      ],
      rowsOf(layers),
    ),
    ...(rowsOf(changes).length === 0 ? [] : [changesText(rowsOf(changes))]),
  ].join('\n');
};

/** Which policies were simulated. */
const headOf = (version: unknown, enforced: unknown): string =>
  `Policies: ${version === undefined ? 'a draft' : `version ${version}`}${enforced === true ? '' : '. They are switched off on this server: decisions do not ask them'}.`;

const tokenText = (body: Json): string => {
  const { scope, removed, layers, policies, changes, version, enforced, stops } = body;
  const lines = [
    headOf(version, enforced),
    ...rowsOf(stops).map(String),
    `Given:    ${names(scope)}`,
    `Refused:  ${names(rowsOf(removed).map((one) => one['scope']))}`,
  ];
  const says = (one: Json): string => {
    if (one['counts'] !== true) return `does not apply: ${one['why']}`;
    return one['leaves'] === undefined ? 'no limit' : names(one['leaves']);
  };
  return [
    lines.map((line) => `${printable(line)}\n`).join(''),
    table(
      [
        { title: 'LAYER', value: (one: Json) => one['layer'] },
        { title: 'LETS THROUGH', value: says },
      ],
      rowsOf(layers),
    ),
    table(
      [
        { title: 'SCOPE', value: (one: Json) => one['scope'] },
        { title: 'POLICIES SAY', value: (one: Json) => one['effect'] },
        { title: 'BY', value: (one: Json) => rowsOf(one['by']).map(({ id }) => id) },
      ],
      rowsOf(policies),
    ),
    ...(rowsOf(changes).length === 0 ? [] : [changesText(rowsOf(changes))]),
  ].join('\n');
};

const changesText = (changes: readonly Json[]): string =>
  `What would have to change:\n${changes
    .map(({ scope, steps }) => {
      const all = rowsOf(steps).map(({ text }) => `    ${printable(String(text))}\n`);
      return `  ${printable(String(scope))}\n${all.join('')}`;
    })
    .join('')}`;
