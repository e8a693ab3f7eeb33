/** An option that this package cannot work with. Thrown when a resource server is created, never during a request. */
export class ConfigurationError extends Error {
  /** Path of the option, such as `dpop.nonces`. */
  readonly member: string;

  constructor(member: string, remedy: string) {
    super(`${member}: ${remedy}`);
    this.name = 'ConfigurationError';
    this.member = member;
  }
}
