/** The thread that copies a database for `backup-files.ts`. It posts a message only when the backup failed: the reason. */
import { parentPort, workerData } from 'node:worker_threads';
import { backupDatabase } from './backup.ts';

try {
  await backupDatabase(workerData);
} catch (error) {
  parentPort?.postMessage((error as Error).message);
}
