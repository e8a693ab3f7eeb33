/** Public members of a JWK (RFC 7517 §4); never a private or symmetric one. */
export type PublicJwk = { readonly kty: string; readonly [member: string]: unknown };

/** RFC 7517 §5. */
export type JsonWebKeySet = { readonly keys: readonly PublicJwk[] };
