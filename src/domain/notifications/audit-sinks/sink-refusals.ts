import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: audit sinks. */
export const AUDIT_SINK_REFUSALS = {
  sink_url_malformed: {
    code: 'invalid_field',
    text: 'The address is an https URL of a public host, or of one in egress.internalHosts.auditSinks.',
  },
  sink_address_malformed: {
    code: 'invalid_field',
    text: 'The address is a host with its port, such as logs.example.com:6514. A port other than 443 must be in egress.internalHosts.auditSinks.',
  },
  sink_address_missing: { code: 'invalid_field', text: 'A sink of the kind {kind} needs an address.' },
  sink_address_unused: { code: 'invalid_field', text: 'A file has no address: the server chooses its path.' },
  sink_format_unknown: { code: 'invalid_field', text: 'A sink of the kind {kind} takes these formats: {formats}.' },
  sink_authorization_unused: {
    code: 'invalid_field',
    text: 'Only a sink of the kind otlp takes a value for the header Authorization.',
  },
  sink_authorization_malformed: {
    code: 'invalid_field',
    text: 'The value of the header Authorization has 1 to 2048 visible ASCII characters and spaces.',
  },
  sink_folder_missing: {
    code: 'conflict',
    text: 'This server has no folder for files. Set audit.files.folder, or data.folder, first.',
  },
  sinks_exceeded: { code: 'conflict', text: 'There are at most {most} sinks; remove one first.' },
  sink_without_secret: { code: 'conflict', text: 'Only a webhook has a secret that signs.' },
  sink_refuses_another: {
    code: 'conflict',
    text: 'The sink now refuses another record: {record}. Read it before you skip it.',
  },
  sink_not_failing: { code: 'conflict', text: 'The sink did not refuse its next record: there is nothing to skip.' },
} as const satisfies RefusalTable;

export const auditSinkRefusal = refusalsOf(AUDIT_SINK_REFUSALS);
