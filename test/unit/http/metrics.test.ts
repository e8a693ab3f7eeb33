import { expect, test } from '@jest/globals';
import { expositionOf, metrics } from '../../../src/http/metrics.ts';

test('durations of requests and of audit events are histograms, in seconds', async () => {
  const { registry, seconds, appending } = metrics();
  const ofToken = seconds.series({ surface: 'token' });
  for (const took of [0.0004, 0.02, 9]) ofToken(took);
  seconds.series({ surface: 'pages' });
  for (const took of [0.003, 0.004]) appending(took);
  const lines = (await expositionOf(registry)).text.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE behalf_http_request_duration_seconds histogram',
      'behalf_http_request_duration_seconds_bucket{surface="token",le="0.001"} 1',
      'behalf_http_request_duration_seconds_bucket{surface="token",le="0.025"} 2',
      'behalf_http_request_duration_seconds_bucket{surface="token",le="5"} 2',
      'behalf_http_request_duration_seconds_bucket{surface="token",le="+Inf"} 3',
      'behalf_http_request_duration_seconds_sum{surface="token"} 9.0204',
      'behalf_http_request_duration_seconds_count{surface="token"} 3',
      '# TYPE behalf_audit_append_duration_seconds histogram',
      'behalf_audit_append_duration_seconds_bucket{le="0.0025"} 0',
      'behalf_audit_append_duration_seconds_bucket{le="0.005"} 2',
      'behalf_audit_append_duration_seconds_count 2',
    ]),
  );
  // A surface without requests has no series.
  expect(lines.filter((line) => line.includes('surface="pages"'))).toEqual([]);
});
