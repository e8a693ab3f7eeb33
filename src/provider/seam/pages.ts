/** Pages that oidc-provider requests within its own routes. `src/http/provider-pages.ts` makes them from our views. */
import type { IncomingMessage } from 'node:http';
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';

/** Also used before oidc-provider's routes, where it has not created its own context yet. */
type Context = Pick<KoaContextWithOIDC, 'status' | 'type' | 'body' | 'set' | 'remove' | 'req' | 'response'>;

export interface ProviderPages {
  /** Languages of the pages, as BCP 47 tags. */
  readonly languages: readonly string[];
  /** Whether the headers say that a page of ours sent this form (WB-02). */
  isFromOurPages(request: IncomingMessage): boolean;
  /** Narrows the policy of a page that oidc-provider writes: forms lead to this server or to a validated redirect URI. */
  limitForms(ctx: Context, redirectUri: string | undefined): void;
  error(ctx: Context, out: ErrorOut, error: Error): Promise<void>;
  signOut(ctx: KoaContextWithOIDC): Promise<void>;
  signedOut(ctx: KoaContextWithOIDC): Promise<void>;
  /** `userCode`: the code in the opened link, which the form shows. */
  deviceCode(ctx: KoaContextWithOIDC, error?: Error & { userCode?: string }, userCode?: string): Promise<void>;
  deviceConfirm(
    ctx: KoaContextWithOIDC,
    client: { readonly clientId: string; readonly clientName?: string | undefined; readonly [member: string]: unknown },
    deviceInfo: Readonly<Record<string, unknown>>,
    userCode: string,
  ): Promise<void>;
  deviceDone(ctx: KoaContextWithOIDC): Promise<void>;
  /** In place of a redirect: sends the browser to a provider, to sign out there, too. */
  onward(ctx: Context, there: { readonly name: string; readonly href: string }): void;
}
