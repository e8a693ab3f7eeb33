/** The operator of this installation, as pages show it. Paths are without the path of the issuer. */
export type Brand = {
  readonly name: string;
  /** Path of the logo. Absent: our mark. */
  readonly logo?: string;
  /** Path of a style sheet with the accent colour. */
  readonly style?: string;
  readonly supportUrl?: string;
  readonly privacyUrl?: string;
  readonly termsUrl?: string;
};
