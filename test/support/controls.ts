/**
 * Controls of catalogues of others, and what shows that this server meets its part of each: ids of tests (test/support/
 * requirements.ts), types of audit events, and pages. docs/reference/controls.md is generated from it.
 */
import type { AuditEventType } from '../../src/domain/audit/audit-event.ts';

export type Control = {
  readonly id: string;
  readonly name: string;
  /** What the server does for it. */
  readonly does: string;
  /** Ids of tests. */
  readonly tests: readonly string[];
  /** Events in the audit log that are evidence. */
  readonly events: readonly AuditEventType[];
  /** Pages below docs/, without `.md`. */
  readonly pages: readonly string[];
};

export type Catalogue = { readonly name: string; readonly controls: readonly Control[] };

export const CATALOGUES: readonly Catalogue[] = [
  {
    name: 'OWASP Top 10 for Agentic Applications',
    controls: [
      {
        id: 'ASI01',
        name: 'Agent goal hijack',
        does: 'A hijacked agent keeps the rights of its delegation: authority only shrinks, and risky actions need a person.',
        tests: ['TX-02', 'AP-01', 'AP-18'],
        events: ['transaction.opened', 'approval.denied', 'token.refused'],
        pages: ['how-to/transactions', 'how-to/approvals'],
      },
      {
        id: 'ASI02',
        name: 'Tool misuse and exploitation',
        does: 'Each tool has scopes with a risk. An approval is valid for one exact action, once.',
        tests: ['AP-01', 'AP-17', 'AP-21'],
        events: ['approval.approved', 'approval.used', 'decision.made', 'report.stated'],
        pages: ['how-to/mcp', 'how-to/authorization-details'],
      },
      {
        id: 'ASI03',
        name: 'Identity and privilege abuse',
        does: 'Each agent has an identity and an owner. Tokens name the person and each actor, and are short-lived.',
        tests: ['TX-01', 'TX-05', 'TX-07', 'TX-13', 'CA-04'],
        events: ['token.issued', 'token.refused', 'credential.added', 'token.replayed'],
        pages: ['how-to/agents', 'how-to/token-exchange'],
      },
      {
        id: 'ASI04',
        name: 'Agentic supply chain',
        does: 'Software registers under limits. The composition of an agent is declared, and a changed metadata document asks people again.',
        tests: ['DR-08', 'DR-09'],
        events: [
          'agent.composition_declared',
          'agent.composition_drifted',
          'client.metadata_changed',
          'registration.refused',
        ],
        pages: ['how-to/registration', 'how-to/client-id-metadata'],
      },
      {
        id: 'ASI07',
        name: 'Insecure communication between agents',
        does: 'A sub-agent gets a token of its own below the delegation of the first agent. Only the outermost actor decides.',
        tests: ['TX-05', 'TX-08', 'TX-09'],
        events: ['delegation.created', 'delegation.revoked'],
        pages: ['how-to/token-exchange', 'how-to/across-domains'],
      },
      {
        id: 'ASI08',
        name: 'Cascading failures',
        does: 'Ending one object ends all below it. Budgets limit what agents get in a time, and a failing store denies.',
        tests: ['TX-12', 'LC-05', 'AU-02'],
        events: ['kill.ordered', 'delegation.revoked', 'budget.created'],
        pages: ['how-to/revocation', 'how-to/budgets'],
      },
      {
        id: 'ASI09',
        name: 'Exploitation of trust between people and agents',
        does: 'People see the facts before the text of the agent. Floods of requests are limited, and no model approves.',
        tests: ['AP-05', 'AP-10', 'AP-18', 'AP-20'],
        events: ['approval.muted', 'approval.not_permitted'],
        pages: ['how-to/approve', 'how-to/approvals'],
      },
      {
        id: 'ASI10',
        name: 'Rogue agents',
        does: 'An agent that is not registered gets nothing. A suspension or a kill takes effect at once, on all nodes.',
        tests: ['LC-01', 'LC-02', 'LC-11', 'TX-14'],
        events: ['agent.suspended', 'kill.ordered', 'client.authentication_refused'],
        pages: ['how-to/revocation', 'how-to/agents'],
      },
    ],
  },
  {
    name: 'NIST AI Risk Management Framework 1.0',
    controls: [
      {
        id: 'GOVERN 1.6',
        name: 'Inventory of AI systems',
        does: 'The registry has each agent with owner, purpose, environment and state.',
        tests: ['LC-06', 'LC-09'],
        events: ['agent.created', 'agent.orphaned', 'agent.inactive'],
        pages: ['how-to/agents', 'reference/agents'],
      },
      {
        id: 'GOVERN 1.7',
        name: 'Decommissioning',
        does: 'A retired agent never works again, and all that depends on it ends.',
        tests: ['LC-07'],
        events: ['agent.retired', 'agent.expired'],
        pages: ['reference/revocation'],
      },
      {
        id: 'GOVERN 2.1',
        name: 'Roles and responsibilities',
        does: 'Every agent has an owner who accepted it. Administrators, operators and auditors have separate rights.',
        tests: ['LC-06', 'AP-03'],
        events: ['agent.accepted', 'agent.transferred', 'management.refused'],
        pages: ['how-to/agents', 'reference/management-api'],
      },
      {
        id: 'MAP 3.5',
        name: 'Human oversight',
        does: 'Actions of high risk need the approval of people, who see what the server will issue.',
        tests: ['AP-01', 'AP-06', 'AP-14'],
        events: ['approval.requested', 'approval.approved', 'approval.denied', 'break_glass.reviewed'],
        pages: ['how-to/approvals', 'how-to/approve'],
      },
      {
        id: 'MEASURE 2.7',
        name: 'Security and resilience',
        does: 'Tests try attacks and faults. No input causes a 5xx, and what is unknown is denied.',
        tests: ['IN-01', 'IN-06', 'AU-02'],
        events: ['request.refused', 'volume.full'],
        pages: ['explanation/threat-model', 'reference/failure'],
      },
      {
        id: 'MEASURE 2.8',
        name: 'Transparency and accountability',
        does: 'The audit log shows who acted for whom, and verifies without the server.',
        tests: ['TX-17', 'AU-01', 'AU-03'],
        events: ['token.issued', 'checkpoint.made', 'audit.exported'],
        pages: ['how-to/audit', 'reference/audit-log'],
      },
      {
        id: 'MANAGE 2.4',
        name: 'Disengage and deactivate',
        does: 'A kill ends an agent, an owner, an account, a client or everything, even while the store takes no writes.',
        tests: ['LC-02', 'LC-11', 'LC-12'],
        events: ['kill.ordered', 'kill.lifted', 'kill.reconciled'],
        pages: ['how-to/revocation'],
      },
      {
        id: 'MANAGE 4.1',
        name: 'Monitoring after deployment',
        does: 'Metrics, alert rules and audit sinks show each refusal and failure.',
        tests: ['AU-06'],
        events: ['audit_sink.created', 'audit_sink.failing'],
        pages: ['how-to/monitoring', 'how-to/audit-sinks'],
      },
    ],
  },
  {
    name: 'ISO/IEC 42001:2023, Annex A',
    controls: [
      {
        id: 'A.3.2',
        name: 'AI roles and responsibilities',
        does: 'Each agent has one owner at a time. A hand-over needs the next owner.',
        tests: ['LC-06'],
        events: ['agent.accepted', 'agent.transfer_offered', 'agent.transferred'],
        pages: ['how-to/agents'],
      },
      {
        id: 'A.4.2',
        name: 'Documentation of resources',
        does: 'Agents declare their composition; resource servers declare scopes with a risk.',
        tests: ['DR-08'],
        events: ['agent.composition_declared', 'resource_server.created'],
        pages: ['how-to/resource-server', 'reference/agents'],
      },
      {
        id: 'A.6.2.6',
        name: 'Operation and monitoring',
        does: 'The operations listener has health and metrics, with alert rules and a dashboard.',
        tests: ['AU-02'],
        events: ['node.started', 'audit_sink.failing'],
        pages: ['how-to/monitoring', 'how-to/operate'],
      },
      {
        id: 'A.6.2.8',
        name: 'Recording of event logs',
        does: 'Every decision is an event before it takes effect. Edits and deletions are found offline.',
        tests: ['AU-01', 'AU-03', 'AU-08'],
        events: ['token.issued', 'token.refused', 'checkpoint.made'],
        pages: ['reference/audit-log', 'reference/audit-events', 'reference/aims'],
      },
      {
        id: 'A.9.2',
        name: 'Processes for responsible use',
        does: 'Policies in versions decide what agents may do. A change can be simulated and replayed first.',
        tests: ['SC-04', 'SC-06', 'SC-08'],
        events: ['policy.drafted', 'policy.activated', 'policy.replayed'],
        pages: ['how-to/policy'],
      },
      {
        id: 'A.9.4',
        name: 'Intended use',
        does: 'Blueprints are ceilings for agents of a kind. A transaction has the intent of its work.',
        tests: ['TX-02'],
        events: ['blueprint.activated', 'transaction.opened', 'transaction.closed'],
        pages: ['how-to/blueprints', 'how-to/transactions'],
      },
    ],
  },
  {
    name: 'SOC 2, Trust Services Criteria',
    controls: [
      {
        id: 'CC6.1',
        name: 'Logical access',
        does: 'Clients and agents authenticate with keys or tokens of their platform. Stores hold digests, not secrets.',
        tests: ['CA-01', 'CA-04', 'CA-09', 'TX-14'],
        events: ['token.issued', 'client.authentication_refused', 'session.refused'],
        pages: ['how-to/agents', 'how-to/workloads/README'],
      },
      {
        id: 'CC6.2',
        name: 'Registration and authorization of users',
        does: 'An agent waits for its owner to accept it, and an account for its administrator.',
        tests: ['LC-06', 'LC-07'],
        events: ['agent.created', 'agent.accepted', 'account.created', 'account.disabled'],
        pages: ['how-to/agents', 'how-to/people'],
      },
      {
        id: 'CC6.3',
        name: 'Least privilege, and removal of access',
        does: 'Rights are the intersection of all layers. Revoking one object ends all below it.',
        tests: ['TX-02', 'TX-12', 'TX-15', 'LC-05'],
        events: ['grant.narrowed', 'grant.revoked', 'delegation.revoked'],
        pages: ['reference/decision-layers', 'reference/revocation'],
      },
      {
        id: 'CC6.6',
        name: 'Protection from outside the boundary',
        does: 'The server fetches no internal address unless the configuration names it, and bounds each input.',
        tests: ['SF-01', 'FW-08', 'IN-06'],
        events: ['request.refused', 'refusals.left_out'],
        pages: ['reference/outbound-requests', 'reference/request-bounds'],
      },
      {
        id: 'CC7.2',
        name: 'Monitoring for anomalies',
        does: 'A credential that is used twice ends its family and is an event. Audit sinks send events to a SIEM.',
        tests: ['OT-01', 'OT-02', 'AU-03'],
        events: ['token.replayed', 'instance.replayed', 'audit.mismatch_found'],
        pages: ['how-to/monitoring', 'how-to/audit-sinks'],
      },
      {
        id: 'CC7.4',
        name: 'Response to incidents',
        does: 'A kill stops an agent everywhere; keys that may be compromised are revoked with all that they signed.',
        tests: ['LC-02', 'LC-04', 'LC-10'],
        events: ['kill.ordered', 'keys.revoked', 'account.sessions_ended'],
        pages: ['how-to/revocation', 'how-to/keys'],
      },
      {
        id: 'CC8.1',
        name: 'Management of changes',
        does: 'Policies and blueprints are versions that an administrator activates. Each change is an event with its caller.',
        tests: ['AU-01'],
        events: ['policy.activated', 'blueprint.activated', 'management.permitted'],
        pages: ['how-to/policy', 'how-to/settings-as-files'],
      },
    ],
  },
];
