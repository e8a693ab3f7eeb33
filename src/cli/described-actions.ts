/** Authorization details as sentences, in the text of their type: `Pay EUR 185.00 to Acme`. Approvals are read by them. */
import { type DetailPart, describedDetail } from '../domain/resources/authorization-details/described-detail.ts';
import type { Detail, DetailType } from '../domain/vocabulary/detail-type.ts';
import { isCommandError } from './command.ts';
import type { Json, ManagementClient } from './management-client.ts';

type Described = {
  readonly sentence: string;
  /** Members that the sentence does not mention. */
  readonly more: readonly { readonly member: string; readonly value: string }[];
};

const MOST_APIS = 1000;

/**
 * Describes the details of an action. The API declares the types, by its resource indicator. A detail of a type that the caller
 * may not read, or that is no longer declared, is described by its members.
 */
export const describedActions = async (
  api: Pick<ManagementClient, 'items'>,
): Promise<(action: Json) => readonly Described[]> => {
  const types = new Map<string, readonly DetailType[]>();
  try {
    for await (const { identifier, detail_types } of api.items('listResourceServers', {}, MOST_APIS)) {
      types.set(String(identifier), (detail_types ?? []) as readonly DetailType[]);
    }
  } catch (error) {
    if (!isCommandError(error)) throw error;
  }
  return ({ resource, details }) =>
    ((details ?? []) as readonly Detail[]).map((detail) => {
      const type = types.get(String(resource))?.find((one) => one.type === detail.type);
      if (type) {
        const { sentence, more } = describedDetail(type, detail);
        return { sentence: sentence.map(partText).join(''), more };
      }
      const { type: name, ...members } = detail;
      return {
        sentence: name,
        more: Object.entries(members).map(([member, value]) => ({
          member,
          value: typeof value === 'string' ? value : JSON.stringify(value),
        })),
      };
    });
};

/** What an action does, in a line: its details, else its scopes. */
export const actionText = (describe: (action: Json) => readonly Described[], action: Json): string => {
  const details = describe(action).map(({ sentence, more }) =>
    [sentence, ...more.map(({ member, value }) => `${member} ${value}`)].join(', '),
  );
  return (details.length > 0 ? details : ((action['scope'] ?? []) as readonly string[])).join('; ');
};

const partText = (part: DetailPart): string => {
  if ('text' in part) return part.text;
  const { value, format } = part;
  if (value === undefined) return 'any';
  if (format?.kind === 'iban') return value.replace(/.{4}(?=.)/gu, '$& ');
  return format?.kind === 'money' ? moneyText(value, format) : value;
};

/** `value` is a whole number in the smallest unit. The digits are those of ISO 4217; those of Intl differ for some currencies. */
const moneyText = (
  value: string,
  { currency, digits }: { readonly currency: string; readonly digits: number },
): string => {
  const figures = value.replace('-', '').padStart(digits + 1, '0');
  const whole = figures.slice(0, figures.length - digits).replace(/\B(?=(?:\d{3})+$)/g, ',');
  const sign = value.startsWith('-') ? '-' : '';
  return `${currency} ${sign}${whole}${digits === 0 ? '' : `.${figures.slice(-digits)}`}`;
};
