/** Path of the management API below the issuer. */
export const MANAGEMENT_PATH = '/api/v1';

/** Base URL of the management API, which is the identifier of its resource server. */
export const managementApiOf = (issuer: string): string => `${issuer}${MANAGEMENT_PATH}`;
