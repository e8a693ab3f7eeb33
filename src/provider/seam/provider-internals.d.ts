/** What internals.ts imports from inside oidc-provider and what its types leave out. */
declare module 'oidc-provider/lib/helpers/als.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider';

  const storage: { run<R>(context: KoaContextWithOIDC, work: () => R): R };
  export default storage;
}

declare module 'oidc-provider/lib/shared/client_auth.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider';

  /** Middlewares, the outermost first. */
  const steps: readonly ((context: KoaContextWithOIDC, next: () => Promise<void>) => Promise<void>)[];
  export default steps;
}

declare module 'oidc-provider/lib/actions/grants/client_credentials.js' {
  import type Provider from 'oidc-provider';
  import type { KoaContextWithOIDC } from 'oidc-provider';

  /** `helpers`: those of `lib/helpers/grants.js`, each bound to the provider. Sets the body of the context. */
  export const handler: (
    provider: Provider,
    helpers: Readonly<Record<string, unknown>>,
    context: KoaContextWithOIDC,
  ) => Promise<void>;
}

declare module 'oidc-provider/lib/actions/grants/refresh_token.js' {
  import type Provider from 'oidc-provider';
  import type { KoaContextWithOIDC } from 'oidc-provider';

  /** `helpers`: those of `lib/helpers/grants.js`, each bound to the provider. Sets the body of the context. */
  export const handler: (
    provider: Provider,
    helpers: Readonly<Record<string, unknown>>,
    context: KoaContextWithOIDC,
  ) => Promise<void>;
}
