/** Instruments of single rooms of the domain, each in a file of its own. */
import type { Registry } from 'prom-client';
import { type FindingMetrics, findingInstruments } from './finding-metrics.ts';
import { type ProvisioningMetrics, provisioningInstruments } from './provisioning-metrics.ts';
import { type ResponseMetrics, responseInstruments } from './response-metrics.ts';
import { type ReviewMetrics, reviewInstruments } from './review-metrics.ts';
import { type SignalMetrics, signalInstruments } from './signal-metrics.ts';

export interface DomainMetrics {
  readonly signals: SignalMetrics;
  readonly findings: FindingMetrics;
  readonly responses: ResponseMetrics;
  readonly provisioning: ProvisioningMetrics;
  readonly reviews: ReviewMetrics;
}

export const domainInstruments = (registry: Registry): DomainMetrics => ({
  signals: signalInstruments(registry),
  findings: findingInstruments(registry),
  responses: responseInstruments(registry),
  provisioning: provisioningInstruments(registry),
  reviews: reviewInstruments(registry),
});
