import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a child may put its files, should its job want to: a path that nobody else can know. */
export const freeDirectory = (): string => join(tmpdir(), `livekit-actors-${randomUUID()}`);

/** Removes the files of a child that could not do so itself. Settles also when that fails. */
export const removeDirectory = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 2 }).catch(() => {});
