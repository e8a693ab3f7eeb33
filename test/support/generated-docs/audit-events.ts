import { AUDIT_EVENTS } from '../../../src/domain/audit/audit-event.ts';

/** The text of docs/reference/audit-events.md. */
export const auditEventsPage = (): string => {
  const groups = Map.groupBy(Object.entries(AUDIT_EVENTS), ([type]) => type.split('.')[0] ?? type);
  const sections = [...groups].map(([group, events]) =>
    [
      `## ${group.replaceAll('_', ' ')}`,
      '',
      '| Event | When |',
      '|---|---|',
      ...events.map(([type, text]) => `| \`${type}\` | ${text.replaceAll('|', '\\|')} |`),
    ].join('\n'),
  );
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
};

const INTRODUCTION = `<!-- Generated from src/domain/audit/audit-event.ts by \`npm run generate\`. Do not edit. -->

# Audit events

For operators and developers of log processing. After this you know each event and its members.

Every kind of event in the audit log. How the audit log is kept, exported and verified: [the audit guide](../how-to/audit.md).

An event carries only those of these members that apply.

| Member | What it holds |
|---|---|
| \`type\` | One of the events below |
| \`outcome\` | \`granted\`, \`refused\` or \`done\` |
| \`request\` | Id of the HTTP request, as in the access log |
| \`txn\` | The transaction; the same in every token exchanged below the first |
| \`subject\` | Account on whose behalf |
| \`chain\` | Who acted, outermost first, as the \`act\` claim has it (RFC 8693 §4.1) |
| \`caller\` | Authenticated client or agent; in the management API and the pages, the account |
| \`agent\`, \`owner\` | The agent, and the account that answers for it |
| \`grantType\`, \`resource\`, \`scopeAsked\`, \`scopeGiven\` | What was asked, and what was given |
| \`grant\`, \`delegation\` | Ids of the person's grant and of the delegation |
| \`token\` | \`id\` (\`jti\`, or the keyed digest of an opaque token), \`format\`, \`expiresAt\`, \`parent\`; never the token |
| \`error\`, \`denial\` | The OAuth error; which layer refused and why |
| \`target\`, \`changed\` | The object of a management action, and the names of members that were changed |
| \`inputs\` | Facts the decision used |
| \`note\` | A remark of the server |
| \`count\`, \`since\` | Counted refusals: how many, from which second on |
| \`personal\` | \`source\` and \`username\`, as commitments; the values stand beside the chain and can be erased |`;

const page = { path: 'docs/reference/audit-events.md', render: auditEventsPage };

export default page;
