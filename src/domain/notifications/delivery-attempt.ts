import { fetchReasonOf } from '../ports/trusted-fetch.ts';

/** The result of a message that was sent at once. `failure` is one of our own codes. */
export type DeliveryAttempt = { readonly isSent: boolean; readonly failure?: string };

/** Why a delivery failed, or the result of `work`. Throws errors that are not failures of the connection. */
export const failureOf = async (work: () => Promise<string | undefined>): Promise<string | undefined> => {
  try {
    return await work();
  } catch (error) {
    const reason = fetchReasonOf(error);
    if (reason === undefined) throw error;
    return reason;
  }
};
