/**
 * Disables what would expose this process's memory or environment. That is the debugger, which any program of the
 * same user could open with SIGUSR1. It is also the environment and the connections in a diagnostic report. Reports,
 * heap snapshots and inspection that a flag of Node requests are not affected.
 */
export const withoutDiagnostics = (): void => {
  // Our listener replaces Node's own, which opens the debugger.
  process.on('SIGUSR1', () => undefined);
  if (process.report) Object.assign(process.report, { excludeEnv: true, excludeNetwork: true });
};
