/** Input of the registry of audit sinks, and its checks. */
import type { TrustedFetch, TrustedStream } from '../../ports/trusted-fetch.ts';
import { FORMATS_OF, type SinkFormat, type SinkKind } from './audit-sink.ts';
import { auditSinkRefusal } from './sink-refusals.ts';

export type NewAuditSink = {
  readonly name: string;
  readonly kind: SinkKind;
  readonly format?: SinkFormat;
  readonly address?: string;
  /** `otlp`: the value of the header `Authorization`. */
  readonly authorization?: string;
  readonly isPersonal?: boolean;
  /** `now`, the default: events from now on. `beginning`: every event that the log holds. */
  readonly from?: 'now' | 'beginning';
};

export type AuditSinkChange = {
  readonly name?: string;
  readonly address?: string;
  readonly authorization?: string;
  readonly isPersonal?: boolean;
};

const AUTHORIZATION = /^[\x20-\x7e]{1,2048}$/;

/** Each check throws 'invalid_field'; `checkAddressOf` also 'conflict' for a file without a folder. */
export interface SinkInput {
  checkAddressOf(kind: SinkKind, address: string | undefined): void;
  checkAuthorization(kind: SinkKind, authorization: string | undefined): void;
  /** The format, or the default of its kind; undefined for OTLP. */
  formatOf(given: Pick<NewAuditSink, 'kind' | 'format'>): SinkFormat | undefined;
}

export const sinkInput = (deps: {
  readonly checkUrl: TrustedFetch['check'];
  readonly checkAddress: TrustedStream['checkAddress'];
  readonly hasFolder: boolean;
}): SinkInput => ({
  checkAddressOf(kind, address) {
    const field = '/address';
    if (kind === 'file') {
      if (address !== undefined) throw auditSinkRefusal('sink_address_unused', { field });
      if (!deps.hasFolder) throw auditSinkRefusal('sink_folder_missing');
      return;
    }
    if (address === undefined) throw auditSinkRefusal('sink_address_missing', { field, params: { kind } });
    if (kind === 'syslog') {
      if (deps.checkAddress(address, 'auditSinks') !== undefined)
        throw auditSinkRefusal('sink_address_malformed', { field });
    } else if (deps.checkUrl(address, 'auditSinks') !== undefined)
      throw auditSinkRefusal('sink_url_malformed', { field });
  },

  checkAuthorization(kind, authorization) {
    const field = '/authorization';
    if (authorization === undefined) return;
    if (kind !== 'otlp') throw auditSinkRefusal('sink_authorization_unused', { field });
    if (!AUTHORIZATION.test(authorization)) throw auditSinkRefusal('sink_authorization_malformed', { field });
  },

  formatOf({ kind, format }) {
    const formats: readonly SinkFormat[] = FORMATS_OF[kind];
    if (format !== undefined && !formats.includes(format)) {
      const params = { kind, formats: formats.join(', ') || '-' };
      throw auditSinkRefusal('sink_format_unknown', { field: '/format', params });
    }
    return format ?? formats[0];
  },
});
