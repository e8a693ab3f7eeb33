import { type HtmlValue, html, phrase } from '../html.ts';

/** Channel an approval was requested through. */
export const approvalChannelWords = {
  askedBy: phrase({ en: 'Asked by', de: 'Gefragt von' }),
  token_exchange: phrase({
    en: 'the agent, which wanted a token for it',
    de: 'dem Agenten, der ein Token dafür wollte',
  }),
  backchannel: phrase({ en: 'the agent, of its own accord', de: 'dem Agenten, von sich aus' }),
  access_request: (service: HtmlValue) =>
    phrase({
      en: html`${service} itself: it does not let the agent do this without your approval`,
      de: html`${service} selbst: Ohne Ihr Ja lässt der Dienst den Agenten das nicht tun`,
    }),
  goodUntil: (at: HtmlValue) =>
    phrase({ en: html`, and until ${at} at the latest`, de: html`, und höchstens bis ${at}` }),
  serviceSays: phrase({
    en: 'The service says about this request, in its own words',
    de: 'Der Dienst sagt zu dieser Anfrage, in seinen eigenen Worten',
  }),
  purpose: phrase({
    en: 'The purpose of the agent, in its own words',
    de: 'Der Zweck des Agenten, in seinen eigenen Worten',
  }),
  wasUsed: (when: HtmlValue) =>
    phrase({
      en: html`At ${when}. The service has let the agent do this one time. It is good for nothing else.`,
      de: html`Am ${when}. Der Dienst hat den Agenten das einmal tun lassen. Es gilt für nichts anderes.`,
    }),
  wasTakenBack: phrase({
    en: 'The service took it back. Nothing was allowed.',
    de: 'Der Dienst hat sie zurückgenommen. Es wurde nichts erlaubt.',
  }),
};
