import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: enabling an MCP server by its URL. */
export const MCP_SERVER_REFUSALS = {
  mcp_url_unreadable: { code: 'invalid_field', text: '{url} is not a URL. Give the URL that clients call.' },
  mcp_url_not_https: { code: 'invalid_field', text: '{url} is not https. Give the URL that clients call.' },
  mcp_url_with_user: { code: 'invalid_field', text: '{url} has a user or a password. Leave them out.' },
  mcp_url_with_fragment: { code: 'invalid_field', text: '{url} has a fragment. Leave it out.' },
  mcp_metadata_not_object: {
    code: 'invalid_field',
    text: '{from}: This is not a JSON object. Correct the document of the MCP server.',
  },
  mcp_metadata_of_other: {
    code: 'invalid_field',
    text: '{from}: "resource" is {resource}, not {url}. Clients refuse a document about another resource (RFC 9728 §3.3). Give the URL that the document names, or correct the document.',
  },
  mcp_metadata_not_texts: {
    code: 'invalid_field',
    text: '{from}: "{member}" is not a list of texts. Correct the document of the MCP server (RFC 9728 §2).',
  },
  mcp_scope_malformed: {
    code: 'invalid_field',
    text: '{scope} is not NAME:RISK:TEXT. Example: notes.read:low:See your notes',
  },
  mcp_default_scope_unknown: {
    code: 'invalid_field',
    text: 'The default scope {scope} is none of its scopes: {scopes}.',
  },
  mcp_pair_malformed: {
    code: 'invalid_field',
    text: '{pair} is not RESOURCE=SCOPE. Example: https://tickets.example.com=tickets.read',
  },
  mcp_client_host_malformed: { code: 'invalid_field', text: '{host} is not a host. Example: app.example.com' },
} as const satisfies RefusalTable;

export const mcpServerRefusal = refusalsOf(MCP_SERVER_REFUSALS);
