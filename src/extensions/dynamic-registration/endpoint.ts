import type { Extension } from '../extension.ts';

/** The metadata about client registration (RFC 7591 §3). The endpoint is in src/http/registration. */
export const dynamicRegistration = (issuer: string): Extension => ({
  name: 'dynamic-registration',
  metadata: { registration_endpoint: `${issuer}/reg` },
});
