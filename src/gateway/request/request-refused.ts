/** A request that the gateway refuses because of its content, or of what the content names. */
export class RequestRefused extends Error {
  readonly status: 400 | 404 | 411 | 413 | 415 | 503;
  /** Stable code. */
  readonly reason: string;

  /** `message`: one sentence for the developer of the client. */
  constructor(status: RequestRefused['status'], reason: string, message: string) {
    super(message);
    this.name = 'RequestRefused';
    this.status = status;
    this.reason = reason;
  }
}
