/** Pages the engine asks for in the middle of its own routes. Made of our views by `src/http/engine-pages.ts`. */
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';

export interface EnginePages {
  error(ctx: KoaContextWithOIDC, out: ErrorOut, error: Error): Promise<void>;
  signOut(ctx: KoaContextWithOIDC): Promise<void>;
  signedOut(ctx: KoaContextWithOIDC): Promise<void>;
  deviceCode(ctx: KoaContextWithOIDC, out?: ErrorOut, error?: Error & { userCode?: string }): Promise<void>;
  deviceConfirm(
    ctx: KoaContextWithOIDC,
    client: { readonly clientId: string; readonly clientName?: string | undefined; readonly [member: string]: unknown },
    deviceInfo: Readonly<Record<string, unknown>>,
    userCode: string,
  ): Promise<void>;
  deviceDone(ctx: KoaContextWithOIDC): Promise<void>;
}
