import { phrase } from '../html.ts';

/** What a client does with a grant type, by its short name. The pages' code checks that none is missing. */
export const grantTypeWords = {
  authorization_code: phrase({
    en: 'sends a person here to sign in',
    de: 'schickt eine Person zur Anmeldung hierher',
  }),
  refresh_token: phrase({ en: 'refreshes its tokens', de: 'erneuert seine Tokens' }),
  client_credentials: phrase({ en: 'acts for itself', de: 'handelt für sich selbst' }),
  token_exchange: phrase({
    en: 'exchanges a token it was handed',
    de: 'tauscht ein Token, das ihm übergeben wurde',
  }),
  jwt_bearer: phrase({
    en: 'redeems assertions of other servers',
    de: 'löst Bestätigungen anderer Server ein',
  }),
  device_code: phrase({
    en: 'connects by a code on another device',
    de: 'verbindet sich mit einem Code auf einem anderen Gerät',
  }),
  ciba: phrase({
    en: 'asks people to approve single actions',
    de: 'bittet Personen um Freigabe einzelner Handlungen',
  }),
};
