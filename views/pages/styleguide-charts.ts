/** The counts and charts of pages in their states, for the styleguide. */
import type { HtmlValue } from '../html.ts';
import { AGENT_STATE_KINDS } from '../partials/agent-state.ts';
import { barList, columnChart, dayBars } from '../partials/charts.ts';
import { countBar } from '../partials/count-bar.ts';
import { figureTiles } from '../partials/figure-tiles.ts';
import { dayPhrase } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { styleguideSamples as samples, styleguideWords as words } from '../words/styleguide.ts';

const { noon } = samples;

export const chartsParts = () =>
  ({
    countBar: [
      countBar(
        words.sample,
        'sg-count',
        AGENT_STATE_KINDS.map((name, index) => ({ name, count: (4 - index) * 3, href: '#' })),
        agentWords.states,
      ),
    ],
    figureTiles: [
      figureTiles(words.sample, [
        { figure: 12, label: words.one, note: words.running, href: '#' },
        { figure: 3, label: words.two, isUrgent: true },
      ]),
    ],
    columnChart: [
      columnChart({
        id: 'sg-chart',
        title: words.sample,
        kind: 'refused',
        when: words.label,
        heads: [words.one, words.two],
        columns: [3, 0, 9, 4, 1].map((count, index) => ({
          label: dayPhrase(noon + index * 86_400),
          values: [count, count * 7],
        })),
      }),
    ],
    barList: [
      barList({
        label: words.sample,
        kind: 'pending',
        bars: [
          { text: words.one, count: 8, href: '#' },
          { text: words.two, count: 0 },
        ],
      }),
    ],
    dayBars: [
      dayBars(
        [1, 0, 4, 7],
        [0, 1, 2, 3].map((day) => dayPhrase(noon + day * 86_400)),
        7,
      ),
    ],
  }) satisfies Readonly<Record<string, readonly HtmlValue[]>>;
