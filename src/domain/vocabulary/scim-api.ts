/** Path of the SCIM endpoints below the issuer. */
export const SCIM_PATH = '/scim/v2';

/** Base URL of the SCIM endpoints, which is the identifier of their resource server. */
export const scimApiOf = (issuer: string): string => `${issuer}${SCIM_PATH}`;

/** The scope that the access token of a directory needs there. */
export const SCIM_SCOPE = 'scim:provision';
