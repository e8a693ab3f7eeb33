import { ROUTES } from '../../../src/domain/authority/decision/facts.ts';
import { DECISION_LAYERS } from '../../../src/domain/authority/decision/layers.ts';
import { type Cell, ROUTE_LAYERS } from '../../../src/domain/authority/decision/routes.ts';
import { REGISTRATION_WAYS, type RegistrationWay } from '../../../src/domain/authority/decision/server-use-question.ts';
import { routeEntries } from '../../../src/http/management/route-table.ts';

/** The text of docs/reference/decision-layers.md. */
export const decisionLayersPage = (): string => {
  const head = `| Route | ${DECISION_LAYERS.map((layer) => `\`${layer}\``).join(' | ')} |`;
  const rule = `|---|${DECISION_LAYERS.map(() => '---').join('|')}|`;
  const rows = ROUTES.map((route) => {
    const cells = DECISION_LAYERS.map((layer) => wordsOf(ROUTE_LAYERS[route][layer]));
    return `| \`${route}\` | ${cells.join(' | ')} |`;
  });
  return `${[INTRODUCTION, [head, rule, ...rows].join('\n'), LAYERS, WAYS, CALLS].join('\n\n')}\n`;
};

const wordsOf = (cell: Cell): string => {
  if (cell === 'counts') return '**counts**';
  return 'if' in cell ? `**counts** if ${cell.when}` : `– ${cell.not}`;
};

const INTRODUCTION = `<!-- Generated from src/domain/authority/decision/routes.ts and src/http/management/routes/ by \`npm run generate\`. Do not edit. -->

# Layers of a decision

For developers and administrators. After this you know each layer of a decision and what it can refuse.

Everything that gives or confirms authority asks one function, \`authorize\`: the grants, consent, introspection,
questions of resource servers. It cuts what
is asked by the layers below, each of which only narrows; what all of them leave is given. The server runs from this very table.
A test turns each cell that counts off and sees the scope come through that was refused before.`;

const LAYERS = `| Layer | What it holds |
|---|---|
| \`client\` | what an application may do in its own name: where it acts for itself, and where no person is asked (\`skip_consent\`, assertions of peers) |
| \`agent\` | rights an agent was registered with, of every agent in the chain |
| \`blueprint\` | ceilings of their blueprints, as they are now |
| \`environment\` | whether the resource server is for agents of their environments |
| \`approval\` | what a blueprint or a policy wants approved each time |
| \`subject\` | rights of the person |
| \`grant\` | what the person allowed the application she used; of an assertion, what its peer is trusted with |
| \`subject_token\` | what the token holds that was exchanged, at the same resource; or the assertion that was redeemed |
| \`delegation\` | what the row of the delegation holds: the person's consent, or what an agent handed on |
| \`policy\` | the active policy set |
| \`external\` | what an external decision point permits, if the configuration names one |

Before all of them stands the resource server: nothing is given that it does not declare. A refusal names the layer that is easiest
to lift (\`denial.layer\`), and the audit event of a decision has what each layer held.`;

/** A way that is missing does not compile. */
const OF_WAYS: Readonly<Record<RegistrationWay, readonly [where: string, principal: string]>> = {
  management: ['management API one by one or in bulk, console, command line', 'the `Account` or `Client` that calls'],
  token: ['`POST /reg` with an initial access token', 'a `Registration`, in the owner the token is bound to'],
  statement: [
    '`POST /reg` with a software statement alone',
    'a `Registration` named after the issuer of the statement',
  ],
  open: ['`POST /reg` with neither, where that is switched on', 'the `Registration` `open`'],
  document: ['where an authorization begins with a client id metadata document', 'the `Client` itself'],
  itself: ['`PUT /reg/…` with the token of the registration', 'a `Registration`, in the owner of what is changed'],
};

const WAYS = `## Who registers

An agent or client comes to stand in a register only after policies were asked for \`register\`, whichever way it comes; and they are
asked anew before it has another owner, blueprint, environment, role or kind of credential. The registers ask themselves, so that no
way can leave it out.

| \`context.via\` | where | principal |
|---|---|---|
${REGISTRATION_WAYS.map((way) => `| \`${way}\` | ${OF_WAYS[way].join(' | ')} |`).join('\n')}`;

const CALLS = `## Who administers

Each call of the management API, and each button and form of the console, which are such calls, asks for \`administer\` after roles and
ownership, unless the table says why not. An agent that calls about itself, where that is possible, does not administer: \`act\` decided on
its token.

| \`context.operation\` | call | asks policies for |
|---|---|---|
${routeEntries()
  .map(([operation, { method, path, policy, self }]) => {
    const asked = typeof policy === 'string' ? `**${policy}**` : `– ${policy.not}`;
    return `| \`${operation}\` | \`${method} ${path}\` | ${asked}${policy === 'administer' && self ? ', but not of the agent itself' : ''} |`;
  })
  .join('\n')}`;

const page = { path: 'docs/reference/decision-layers.md', render: decisionLayersPage };

export default page;
