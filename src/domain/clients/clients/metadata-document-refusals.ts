import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: client metadata documents. */
export const METADATA_DOCUMENT_REFUSALS = {
  document_url_malformed: {
    code: 'invalid_request',
    text: 'A client_id that is a URL is https, in its normal form, with a path and without user name, query and fragment.',
  },
  document_id_differs: {
    code: 'invalid_field',
    text: 'It is not, character by character, the URL at which the document stands.',
  },
  document_holds_secret: { code: 'invalid_field', text: 'A document that everybody can read holds no secret.' },
  document_method_wrong: {
    code: 'invalid_field',
    text: 'This is "private_key_jwt" or "none"; a document can hold no secret.',
  },
  document_grant_types_wrong: { code: 'invalid_field', text: 'At least one is of {allowed}.' },
  response_type_needs_code_grant: {
    code: 'invalid_field',
    text: 'The response type "code" goes with the grant type authorization_code.',
  },
  document_not_object: { code: 'invalid_request', text: 'A client metadata document is a JSON object.' },
  document_host_refused: { code: 'invalid_request', text: 'Clients of this host are not accepted.' },
} as const satisfies RefusalTable;

export const metadataDocumentRefusal = refusalsOf(METADATA_DOCUMENT_REFUSALS);
