import { DEVICE_TTL_SECONDS } from '../../domain/identity/accounts/known-devices.ts';
import { type OwnCookie, ownCookie } from './own-cookie.ts';

/** The cookie by which a browser is known that signed in before (LG-02). */
export const deviceCookie = (issuer: string): OwnCookie => ownCookie(issuer, 'behalf_device', DEVICE_TTL_SECONDS);

export type DeviceCookie = OwnCookie;
