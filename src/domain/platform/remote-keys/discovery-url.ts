/** The URL of its discovery document (OIDC Discovery §4.1): a slash at the end of the issuer is not doubled. */
export const discoveryUrlOf = ({ issuer }: { readonly issuer: string }): string =>
  `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
