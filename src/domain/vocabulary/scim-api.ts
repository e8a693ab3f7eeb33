/** Path of the SCIM endpoints below the issuer. */
export const SCIM_PATH = '/scim/v2';

/** Base URL of the SCIM endpoints, which is the identifier of their resource server. */
export const scimApiOf = (issuer: string): string => `${issuer}${SCIM_PATH}`;

/**
 * The version of the schema of agents, an Internet-Draft. Another version is read here first: its attributes are
 * AGENT_ATTRIBUTES, and /Schemas names it.
 */
export const AGENT_DRAFT = 'draft-wzdk-scim-agent-resource-00';

/** The scope that the access token of a directory needs there. */
export const SCIM_SCOPE = 'scim:provision';
