import { DEVICE_TTL_SECONDS } from '../../domain/identity/accounts/known-devices.ts';
import { type OwnCookie, ownCookie } from '../middleware/own-cookie.ts';

/** The cookie that identifies a browser in which the user signed in before (LG-02). */
export const deviceCookie = (issuer: string): OwnCookie => ownCookie(issuer, 'behalf_device', DEVICE_TTL_SECONDS);

export type DeviceCookie = OwnCookie;
