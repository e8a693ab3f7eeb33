/** `behalf policy rollback --local`: activates another policy set, even when the active one admits no administrator. */
import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { systemClock } from '../../adapters/node/clock.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import type { Configuration } from '../../config/configuration.ts';
import { commandLineAuditLog } from '../domain/audit/command-line-log.ts';
import { policyRegistry } from '../domain/authority/policy/policy-registry.ts';
import { ACTIVE } from '../domain/authority/policy/policy-set.ts';
import { MovingRefused } from '../domain/platform/data-transfer/data-file.ts';
import { movingStore } from './transfer-store.ts';

/** A caller on the machine needs no permission. The audit log names the system as the caller. */
const BY = { caller: 'system' };

/**
 * Activates a version in the store. Servers may run: they read the active version at each decision. `to`: a version number,
 * or `starter` for the set of a new server; default: the previously active version. Throws MovingRefused for an unknown
 * version, DomainError for one that cannot be activated, and StoreUnavailable.
 */
export const rollBackPolicies = async (
  configuration: Configuration,
  { to }: { readonly to?: string | undefined },
): Promise<{ readonly version: number; readonly replaces?: number; readonly isSame: boolean }> => {
  const documents = await movingStore(configuration, { isAlone: false });
  try {
    const engine = cedarPolicyEngine();
    const audit = commandLineAuditLog(documents, systemClock);
    const sets = policyRegistry({ documents, clock: systemClock, identifiers: randomIdentifiers, audit, engine });
    const active = (await sets.get(ACTIVE))?.document;
    const wanted = to ?? active?.replaces?.toString();
    if (wanted === undefined) {
      throw new MovingRefused(
        active === undefined ? 'No version is active.' : `Version ${active.version} is the first that was active.`,
        'Name one with --to VERSION, or --to starter for the set a new server starts with.',
      );
    }
    const found =
      wanted === 'starter' && active?.text !== sets.starter
        ? (await sets.create({ text: sets.starter, note: 'Starter set' }, BY)).document
        : (await sets.get(wanted === 'starter' ? ACTIVE : wanted))?.document;
    if (!found) throw new MovingRefused(`There is no version ${wanted}.`, 'See `behalf policy list`.');
    const { document } = await sets.activate(found.id, {}, BY);
    return {
      version: document.version,
      isSame: found.id === active?.id,
      ...(document.replaces === undefined ? {} : { replaces: document.replaces }),
    };
  } finally {
    await documents.close();
  }
};
