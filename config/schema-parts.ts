/** Parts of the tables of settings, of the server and of a gateway: the form of each kind of setting, and settings that both have. */

export interface SchemaParts<Schema> {
  /** A text of at least one character. */
  text(description: string, more?: Partial<Schema>): Schema;
  /** A whole number, at least the first, by default the second, at most the third. */
  count(description: string, range: readonly [number, number, number], unit: string): Schema;
  /** An object with these members and no other. */
  section(description: string, properties: Readonly<Record<string, Schema>>, more?: Partial<Schema>): Schema;
  /** The certificate of a listener. `where` follows the meaning of both files. */
  tlsFiles(description: string, where?: string): Schema;
}

/** The parts for one table. `Schema` is the part of JSON Schema 2020-12 that the table uses. */
export const schemaParts = <Schema extends object>(): SchemaParts<Schema> => {
  const parts: SchemaParts<Schema> = {
    text: (description, more) => ({ type: 'string', minLength: 1, description, ...more }) as Schema,
    count: (description, [minimum, standard, maximum], unit) =>
      ({ type: 'integer', minimum, maximum, default: standard, unit, description }) as Schema,
    section: (description, properties, more) =>
      ({ type: 'object', additionalProperties: false, description, properties, ...more }) as Schema,
    tlsFiles(description, where = '') {
      const files = {
        certificateFile: parts.text(`PEM file with the certificate and its chain.${where}`),
        keyFile: parts.text(`PEM file with the private key of the certificate.${where}`),
      };
      return parts.section(description, files, { required: Object.keys(files) } as unknown as Partial<Schema>);
    },
  };
  return parts;
};
