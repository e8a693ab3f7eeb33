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

This page lists every type of event in the audit log. [The audit guide](../how-to/audit.md) shows how to keep, export and verify the audit log.

An event has only the members that apply to it.

| Member | What it holds |
|---|---|
| \`type\` | One of the events below |
| \`outcome\` | \`granted\`, \`refused\` or \`done\` |
| \`request\` | Id of the HTTP request, as in the access log |
| \`txn\` | The transaction; the same in every token exchanged below the first, and in every change that the management API makes with one token |
| \`subject\` | The account on whose behalf the caller acts |
| \`chain\` | The actors, outermost first, as in the \`act\` claim (RFC 8693 §4.1) |
| \`caller\` | The authenticated client or agent. In the management API and the pages, the account |
| \`agent\`, \`owner\` | The agent, and the account that owns it |
| \`grantType\`, \`resource\`, \`scopeAsked\`, \`scopeGiven\` | The request of the client, and what the server granted |
| \`grant\`, \`delegation\` | Ids of the person’s grant and of the delegation |
| \`token\` | \`id\` (\`jti\`, or the keyed digest of an opaque token), \`format\`, \`expiresAt\`, \`parent\`; never the token |
| \`error\`, \`denial\` | The OAuth error; the layer that refused, and why |
| \`target\`, \`changed\` | The object of a management action, and the names of its changed members |
| \`inputs\` | Facts that the decision used |
| \`note\` | A remark by the server |
| \`count\`, \`since\` | For counted refusals: the number, and the second at which counting started |
| \`personal\` | \`source\` and \`username\`, as commitments. The values are stored beside the chain and can be erased |`;

const page = { path: 'docs/reference/audit-events.md', render: auditEventsPage };

export default page;
