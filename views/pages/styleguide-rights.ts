/** The shared parts about rights in their states, for the styleguide. */
import { type HtmlValue, html } from '../html.ts';
import { rightsList } from '../partials/console-list.ts';
import { detailChips, detailText } from '../partials/detail-list.ts';
import { lastUsed, narrowingForm, stoppedRights } from '../partials/rights-in-effect.ts';
import { heldRights, rightChoices, rightsBrief, wishChoices } from '../partials/rights-list.ts';
import { resourceHeading } from '../partials/scope-list.ts';
import { tickList } from '../partials/tick-list.ts';
import { stoppedWords } from '../words/account.ts';
import { layerWords } from '../words/decision-layers.ts';
import { styleguideSamples as samples, styleguideWords as words } from '../words/styleguide.ts';

const { noon, planner, payment, scopes, resource } = samples;

/** Resources, scopes and details, by the export name of the part. */
export const rightsParts = () =>
  ({
    resourceHeading: [resourceHeading(resource)],
    heldRights: [heldRights([...scopes, payment])],
    rightsBrief: [rightsBrief([...scopes, payment], 3)],
    rightChoices: [
      rightChoices(
        {
          identifier: resource.identifier,
          scopes: scopes.map((scope) => ({ ...scope, checked: scope.risk === 'low' })),
          details: [{ ...payment, id: '0', checked: false }],
        },
        'sg-right',
        { saysOff: true },
      ),
    ],
    tickList: [
      tickList([
        { id: 'sg-tick-0', name: 'sg-tick', value: 'a', isChecked: true, isFixed: true, label: words.one },
        { id: 'sg-tick-1', name: 'sg-tick', value: 'b', isChecked: false, label: words.two },
      ]),
    ],
    wishChoices: [
      wishChoices(
        scopes.map((scope) => ({ ...scope, value: `${planner.id} ${resource.identifier} ${scope.name}` })),
        'sg-wish',
      ),
    ],
    stoppedRights: [
      stoppedRights([
        ...scopes.slice(0, 2).map((what) => ({ what, why: layerWords.subject.blocked })),
        { what: payment, why: stoppedWords.approval },
      ]),
    ],
    lastUsed: [html`<p class="hint">${lastUsed(noon)}</p>`, html`<p class="hint">${lastUsed(undefined)}</p>`],
    narrowingForm: [
      narrowingForm(
        {
          action: '#',
          resources: [{ resource, scopes, details: [{ ...payment, id: '0', checked: false }] }],
          openidScopes: ['profile', 'email'],
        },
        { id: 'sg-narrow', csrf: '', about: planner.name },
      ),
    ],
    detailChips: [detailChips([payment])],
    detailText: [detailText(payment)],
    rightsList: [rightsList({ [resource.identifier]: ['events:read', 'events:write'] })],
  }) satisfies Readonly<Record<string, readonly HtmlValue[]>>;
