/** Leads each call of a directory to what writes, or to what a dry run checks only. */
import type { Directory } from './directory.ts';
import type { DirectoryGroups } from './directory-groups.ts';
import { directoryRefusal } from './directory-refusals.ts';
import type { DirectoryUsers } from './directory-users.ts';
import { isOfDryRun } from './dry-run-users.ts';

/** `id`: of a request that goes to what writes. One of a dry run is gone, and its directory must learn how to go on. */
const checkId = (directory: Directory, id: string): void => {
  if (directory.dryRunFrom === undefined && isOfDryRun(id)) throw directoryRefusal('directory_dry_run_id');
};

export const usersByMode = (real: DirectoryUsers, dry: DirectoryUsers): DirectoryUsers => {
  const of = (directory: Directory, id = ''): DirectoryUsers => {
    checkId(directory, id);
    return directory.dryRunFrom === undefined ? real : dry;
  };
  return {
    get: async (directory, id) => of(directory, id).get(directory, id),
    find: async (directory, filter) => of(directory).find(directory, filter),
    pageAt: async (directory, from) => of(directory).pageAt(directory, from),
    page: async (directory, filter, from) => of(directory).page(directory, filter, from),
    create: async (directory, values, by) => of(directory).create(directory, values, by),
    change: async (directory, id, change, by) => of(directory, id).change(directory, id, change, by),
    remove: async (directory, id, versions, by) => of(directory, id).remove(directory, id, versions, by),
  };
};

export const groupsByMode = (real: DirectoryGroups, dry: Omit<DirectoryGroups, 'visible'>): DirectoryGroups => {
  const of = (directory: Directory, id = ''): Omit<DirectoryGroups, 'visible'> => {
    checkId(directory, id);
    return directory.dryRunFrom === undefined ? real : dry;
  };
  return {
    get: async (directory, id) => of(directory, id).get(directory, id),
    find: async (directory, filter) => of(directory).find(directory, filter),
    members: async (group) => (isOfDryRun(group) ? dry : real).members(group),
    ofUser: async (directory, account) => of(directory).ofUser(directory, account),
    count: async (directory) => of(directory).count(directory),
    visible: real.visible,
    create: async (directory, change, by) => of(directory).create(directory, change, by),
    change: async (directory, id, change, versions, by) =>
      of(directory, id).change(directory, id, change, versions, by),
    remove: async (directory, id, versions, by) => of(directory, id).remove(directory, id, versions, by),
  };
};
