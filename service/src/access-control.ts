/** Makes of the settings what judges callers, and reads the key file again when asked to. */
import type { Logger } from 'pino';
import { openAccess, staticKeyAccess, type AccessControl } from './access/access.ts';
import { KeyFileError } from './access/key-file.ts';
import { KeyRing } from './access/key-ring.ts';
import type { AccessSettings } from './config/access-settings.ts';
import { readKeyFile } from './key-file-on-disk.ts';

export interface OpenedAccess {
  readonly access: AccessControl;
  /** Takes up what the key file says now; a file that cannot be used changes nothing. Undefined where there is none. */
  readonly reload: (() => void) | undefined;
}

/** @throws KeyFileError where the key file cannot be used */
export const openAccessControl = (settings: AccessSettings, log: Logger): OpenedAccess => {
  if (settings.kind === 'open') return { access: openAccess, reload: undefined };
  if (settings.kind === 'static') return { access: staticKeyAccess(settings.apiKey), reload: undefined };
  const { file } = settings;
  const ring = new KeyRing(readKeyFile(file));
  if (ring.size === 0) log.warn({ file }, 'the key file has no keys: nobody can call');
  const reload = (): void => {
    try {
      ring.replace(readKeyFile(file));
      log.info({ file, keys: ring.size }, 'the key file was read again');
    } catch (error) {
      if (!(error instanceof KeyFileError)) throw error;
      // Better the keys of before than nobody at all.
      log.error({ file, faults: error.faults }, 'the key file cannot be used; the keys of before stay in force');
    }
  };
  return { access: ring, reload };
};
