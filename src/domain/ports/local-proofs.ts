/**
 * Proofs that a caller is on the machine of this server, with the rights of the user it runs as. Any method throws when the
 * volume fails.
 */
export interface LocalProofs {
  /**
   * Whether this secret was written to the data folder for this client at most 60 seconds ago. Of concurrent calls with one
   * secret at most one returns true.
   */
  take(secret: string, clientId: string): Promise<boolean>;
}
