/** Path of the endpoints of the Shared Signals transmitter below the issuer. */
export const SSF_PATH = '/ssf/v1';

/** Base URL of these endpoints, which is the identifier of their resource server. */
export const ssfApiOf = (issuer: string): string => `${issuer}${SSF_PATH}`;

/** Scopes of receivers there (CAEP interoperability profile 1.0 §2.7.2). `manage` includes `read`. */
export const SSF_SCOPES = { read: 'ssf.read', manage: 'ssf.manage' } as const;
