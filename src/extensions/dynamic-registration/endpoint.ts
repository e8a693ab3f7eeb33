import type { Extension } from '../extension.ts';

/** What discovery says of client registration (RFC 7591 §3); its endpoint is src/http/registration. */
export const dynamicRegistration = (issuer: string): Extension => ({
  name: 'dynamic-registration',
  metadata: { registration_endpoint: `${issuer}/reg` },
});
