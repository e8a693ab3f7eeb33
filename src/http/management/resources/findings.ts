/** Resource: findings, what needs a decision of a person. */

import type { AgentRegistry } from '../../../domain/clients/agents/agent-registry.ts';
import type { Client } from '../../../domain/clients/clients/client.ts';
import type { ClientRegistry } from '../../../domain/clients/clients/client-registry.ts';
import { isDocumentId } from '../../../domain/clients/clients/metadata-document.ts';
import {
  FINDING_ACTS,
  FINDING_KINDS,
  FINDING_REASONS,
  FINDING_STATES,
  FINDINGS_BY_KIND,
  type Finding,
  type FindingKind,
  type FindingReason,
  kindOf,
  SEVERITIES,
  SUBJECT_KINDS,
  severityOf,
} from '../../../domain/governance/finding.ts';
import type { FindingRegistry } from '../../../domain/governance/finding-registry.ts';
import { registeredStops } from '../../../domain/governance/subject-stops.ts';
import type { GroupRegistry } from '../../../domain/identity/groups/group-registry.ts';
import type { OwnerNames } from '../../../domain/identity/groups/owner-names.ts';
import { partiesOf } from '../../../domain/identity/groups/owners.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { ENVIRONMENTS } from '../../../domain/vocabulary/environment.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf } from '../call.ts';
import { requireAdministrator } from '../permissions.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenClientId, OWN, PAGE, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
import {
  arrayOf,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  secondsGiven,
  string,
  text,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import type { Kills } from './kills.ts';

const KINDS = FINDING_KINDS.map((kind) => `${kind}: ${FINDINGS_BY_KIND[kind].means}`).join('; ');
const REASONS = Object.keys(FINDING_REASONS) as readonly FindingReason[];
const REASON_TEXT = REASONS.map((reason) => `${reason}: ${FINDING_REASONS[reason]}`).join('; ');

const PART = named(
  'FindingPart',
  output(
    {
      reason: oneOf(`${REASON_TEXT}.`, REASONS),
      points: integer('Share of the score. Negative: it speaks against the finding.'),
      value: integer('The number in the reason, such as of tokens, people, hours or days.'),
    },
    ['value'],
  ),
);

const FINDING = named(
  'Finding',
  output(
    {
      ...identified('Begins with fnd_. One for each kind and subject.'),
      kind: oneOf(`${KINDS}.`, FINDING_KINDS),
      severity: oneOf('high from 70 points, medium from 40, else low.', SEVERITIES),
      score: integer('0 to 100: the sum of the points.'),
      parts: arrayOf(ref(PART), 'Why: the parts of the score.'),
      subject_kind: oneOf('What the finding is about.', SUBJECT_KINDS),
      subject: string('Its id.'),
      name: string('Its name when it was last examined. A client chose it.'),
      owner: string('Account or group that owns it.'),
      state: oneOf(
        'dismissed: not shown until then. adopted: an agent was registered for the client. quarantined: the subject was suspended. resolved: the reason is gone.',
        FINDING_STATES,
      ),
      acts: arrayOf(oneOf('An act.', FINDING_ACTS), 'What may be decided about an open finding of this kind.'),
      evidence: arrayOf(string(), 'Ids of events of the audit log, the newest last. At most 10.'),
      ends_at: seconds('When the subject ends, or until when its owner can accept it.'),
      found_at: seconds('When it arose.'),
      until: seconds('Until when it is dismissed.'),
      reason: string('Why the caller decided so.'),
      decided_by: string('Account or client that decided last.'),
      decided_at: seconds('When.'),
      agent: string('Agent that was registered by the adoption.'),
      kill: string('Kill by which a client with a metadata document was stopped.'),
      ...RECORD,
    },
    ['owner', 'ends_at', 'until', 'reason', 'decided_by', 'decided_at', 'agent', 'kill'],
  ),
);

const REASON = text('Why, for later readers.', 500);
const DISMISSAL = named(
  'FindingDismissal',
  input({ until: secondsGiven('Until when, at most a year.'), reason: REASON }, ['until', 'reason']),
);
const QUARANTINE = named('FindingQuarantine', input({ reason: REASON }, ['reason']));
const ADOPTION = named(
  'FindingAdoption',
  input(
    {
      owner: text('Account or group that will own the agent: an id, a username or the name of a group.', 100),
      blueprint: text('Blueprint of the agent.', 64),
      name: text('Name of the agent. Default: that of the client.', 100),
      purpose: text('Purpose of the agent. Default: that of the client.', 500),
      environment: oneOf('Default: production.', ENVIRONMENTS),
    },
    ['owner'],
  ),
);

const SCOPES = scopes('findings', {
  read: ['See findings about agents and clients', 'low'],
  write: ['Dismiss findings, adopt clients as agents, and suspend agents and clients', 'critical'],
});

const make = about('findings', SCOPES);

const routes = {
  listFindings: make.read('/findings', page(FINDING), 'List findings, the highest score first', {
    ...OWN,
    query: {
      ...PAGE,
      state: oneOf('Only findings in this state. Default: open; with `subject`, all.', FINDING_STATES),
      kind: oneOf('Only findings of this kind.', FINDING_KINDS),
      subject: givenClientId('Only findings about this agent, client or resource server.'),
    },
  }),
  getFinding: make.read('/findings/{id}', FINDING, 'Read a finding', OWN),
  dismissFinding: make.act('/findings/{id}/dismiss', FINDING, 'Dismiss a finding until a time', {
    ...{ body: DISMISSAL, ifMatch: 'may' },
  }),
  adoptFinding: make.act(
    '/findings/{id}/adopt',
    FINDING,
    'Register an agent for a client that behaves like one. Its owner accepts it and gives it credentials; the client works as before',
    { body: ADOPTION, ifMatch: 'may' },
  ),
  quarantineFinding: make.act(
    '/findings/{id}/quarantine',
    FINDING,
    'Suspend the agent or client of a finding. Its tokens and credentials stop working',
    { body: QUARANTINE, ifMatch: 'may' },
  ),
  reopenFinding: make.act(
    '/findings/{id}/reopen',
    FINDING,
    'Undo a decision about a finding. The subject of a quarantine works again; the agent of an adoption stays',
    { ifMatch: 'may' },
  ),
};

type Dependencies = {
  readonly findings: FindingRegistry;
  readonly agents: AgentRegistry;
  readonly clients: ClientRegistry;
  readonly kills: Kills;
  readonly groups: Pick<GroupRegistry, 'ofAccount'>;
  readonly ownerNames: Pick<OwnerNames, 'find'>;
};

/** An account without a role sees the findings about what it owns. Accounts with a role decide. */
const handlers = ({ findings, agents, clients, kills, groups, ownerNames }: Dependencies): Handlers<typeof routes> => {
  const stops = registeredStops({ agents, clients, kills });

  const owners = async ({ access, caller }: Call): Promise<readonly string[] | undefined> =>
    access === 'all' ? undefined : partiesOf(groups, caller.account ?? caller.id);

  const found = async (call: Call): Promise<Versioned<Finding>> => {
    const some = await owners(call);
    return existing(await findings.get(call.id), ({ document: { owner } }) =>
      some === undefined ? true : owner !== undefined && some.includes(owner),
    );
  };

  /** The client of a finding, if it is registered. A client with the role administrator is stopped and resumed by administrators. */
  const checkSubject = async (call: Call): Promise<void> => {
    const { document } = await found(call);
    const client: Client | undefined =
      document.subjectKind === 'client' && !isDocumentId(document.subject)
        ? (await clients.get(document.subject))?.document
        : undefined;
    if (client && client.roles.length > 0)
      requireAdministrator(call.caller, 'suspends or resumes a client with a role');
  };

  return {
    async listFindings(call) {
      const { state, kind, subject } = call.query;
      const of = await owners(call);
      const query = {
        ...pageOf(call),
        ...(state === undefined ? {} : { state }),
        ...(kind === undefined ? {} : { kind }),
        ...(subject === undefined ? {} : { subject }),
        ...(of === undefined ? {} : { owners: of }),
      };
      return pageAnswer(await findings.list(query), showFinding);
    },
    getFinding: async (call) => objectAnswer(await found(call), showFinding),
    dismissFinding: async ({ id, version, body, by }) =>
      objectAnswer(await findings.dismiss(id, expectedOf(version), body, by), showFinding),
    async adoptFinding({ id, version, body, by }) {
      const owner = (await ownerNames.find(body.owner, { field: 'owner' }))?.id ?? body.owner;
      return objectAnswer(await findings.adopt(id, expectedOf(version), { ...body, owner }, by), showFinding);
    },
    async quarantineFinding(call) {
      await checkSubject(call);
      const { id, version, body, by } = call;
      return objectAnswer(
        await findings.quarantine(id, expectedOf(version), { reason: body.reason, stops }, by),
        showFinding,
      );
    },
    async reopenFinding(call) {
      await checkSubject(call);
      return objectAnswer(await findings.reopen(call.id, expectedOf(call.version), stops, call.by), showFinding);
    },
  };
};

/** Versions begin at 1; 0: the caller sent none. */
const expectedOf = (version: number): number | undefined => (version === 0 ? undefined : version);

const actsOf = (kind: FindingKind) => kindOf(kind).acts;

const showFinding = (finding: Finding) => ({
  ...show(finding, [
    ...(['id', 'kind', 'score', 'subjectKind', 'subject', 'name', 'owner', 'state'] as const),
    ...(['endsAt', 'foundAt', 'until', 'reason', 'decidedBy', 'decidedAt', 'agent', 'kill'] as const),
    ...(['createdAt', 'updatedAt'] as const),
  ]),
  severity: severityOf(finding),
  parts: finding.parts,
  acts: actsOf(finding.kind),
  evidence: finding.evidence,
});

export const findings = resource(routes, handlers);
