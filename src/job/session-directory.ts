/** The directory of a job, made when it is first asked for. */
export interface SessionDirectory {
  /** Its path. */
  get(): string;
  /** Removes it, if it was made, and answers whether nothing is left. Does not throw. */
  remove(): boolean;
}

/**
 * The directory at `path`, for this user alone. It is gone when this process ends by itself; a
 * process that is killed has it removed by its worker, or by the guard beside it.
 */
export function sessionDirectory(path: string): SessionDirectory {
  let isMade = false;
  const remove = (): boolean => {
    if (!isMade) return true;
    isMade = false;
    process.off('exit', remove);
    try {
      files().rmSync(path, { recursive: true, force: true, maxRetries: 2 });
      return true;
    } catch {
      // Something still writes into it; the worker tries again once nobody does.
      return false;
    }
  };
  return {
    get: () => {
      if (isMade) return path;
      files().mkdirSync(path, { mode: 0o700 });
      isMade = true;
      process.once('exit', remove);
      return path;
    },
    remove,
  };
}

/** Not imported: most jobs have no use for it. */
const files = () => process.getBuiltinModule('node:fs');
