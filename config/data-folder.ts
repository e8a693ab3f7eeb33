/**
 * Names of the files in the data folder, so that the server and the commands on the machine agree: paths below
 * `folder`, the setting `data.folder`. Creates and reads nothing.
 */
export const dataFolder = (folder: string) => {
  const at = (name: string): string => `${folder.replace(/(?<=.)\/+$/, '')}/${name}`;
  return {
    /** Both stores, when they are SQLite. */
    database: at('behalf.db'),
    /** Created at first start unless `keys.masterKey` is given. */
    masterKey: at('master.key'),
    /** Key files for the management API, written by the first start. */
    operatorKey: at('operator.json'),
    administratorKey: at('administrator.json'),
    /**
     * Heads of the audit log at its last checkpoint: the server refuses to start on an older database
     * (decision D24).
     */
    trustedHeadsFile: at('trusted-heads.json'),
    /** Last checkpoints of transparency logs: the server continues no older or other log (decision 31). */
    trustedCheckpointsFile: at('trusted-checkpoints.json'),
    /** Reserves space on the volume for when it is full; empty while it is released. */
    reserve: at('reserve'),
    /** Folder of the latch: active kills, including those that the store does not hold yet (decision D24). */
    kills: at('kills'),
    /** Folder of the backups that the server makes itself. */
    backups: at('backups'),
    /** Folder of the files of audit sinks, unless `audit.files.folder` is given. */
    auditSinks: at('audit-sinks'),
    /** A file for each call of the management API that proves to come from this machine; each works once. */
    localProofs: at('local-proofs'),
  } as const;
};

/** The SQLite file in `folder`, and the reserve beside it. */
export const sqliteFile = (
  { data }: { readonly data: { readonly reserveMebibytes?: number; readonly resumeFreePercent: number } },
  folder: string,
) => {
  const { database, reserve } = dataFolder(folder);
  const { reserveMebibytes: mebibytes, resumeFreePercent: resumePercent } = data;
  return {
    file: database,
    reserve: { file: reserve, bytes: mebibytes === undefined ? undefined : mebibytes * 1024 * 1024, resumePercent },
  };
};
