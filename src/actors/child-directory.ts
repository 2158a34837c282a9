// Builtins are not imported: as modules they load much of Node with them.
const builtin = process.getBuiltinModule;

/** Where a child may put its files, should its job want to: a path that nobody else can know. */
export function freeDirectory(): string {
  const name = `livekit-actors-${globalThis.crypto.randomUUID()}`;
  return builtin('node:path').join(builtin('node:os').tmpdir(), name);
}

/** Removes the files of a child that could not do so itself. Settles also when that fails. */
export const removeDirectory = (path: string): Promise<void> =>
  builtin('node:fs')
    .promises.rm(path, { recursive: true, force: true, maxRetries: 2 })
    .catch(() => {});
