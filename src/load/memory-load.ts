import { freemem, totalmem } from 'node:os';
import type { LoadFnc } from '../machines/worker.types.js';
import { controlGroups, type Folder, folder } from './control-group.js';

/** What there is to read; a test brings its own. */
export interface MemoryWorld {
  /** The folder of control groups. */
  readonly root: string;
  /** Bytes of the whole machine. */
  readonly total: () => number;
  /** Bytes of the machine that programs could still get. */
  readonly free: () => number;
}

/** Bytes. */
interface Memory {
  readonly used: number;
  readonly limit: number;
}

/**
 * The share of memory that is in use: of the container, if it has a limit below the machine's
 * memory, else of the machine. Cached files that the system would give up do not count.
 *
 * @example
 * new WorkerOptions({ loadFnc: maxLoad(cpuLoad(), memoryLoad()), entrypointFnc });
 */
export function memoryLoad(): LoadFnc {
  return memoryLoadIn({ root: controlGroups, total: totalmem, free: freemem });
}

/** The same in a given world. Nothing is read before it is used. */
export function memoryLoadIn({ root, total, free }: MemoryWorld): LoadFnc {
  const files = folder(root);
  return () => {
    const machine = total();
    const { used, limit } = groups
      .map((group) => group(files))
      .find((memory) => memory !== undefined && memory.limit < machine) ?? {
      used: machine - free(),
      limit: machine,
    };
    return limit > 0 ? Math.min(Math.max(used / limit, 0), 1) : Number.NaN;
  };
}

const memoryOf = (
  used: number | undefined,
  cached: number | undefined,
  limit: number | undefined,
): Memory | undefined =>
  used === undefined || limit === undefined ? undefined : { used: used - (cached ?? 0), limit };

/** Version 2 says "max" where there is no limit; version 1 says a number that no machine has. */
const groups: readonly ((files: Folder) => Memory | undefined)[] = [
  (files) =>
    memoryOf(
      files.number('memory.current'),
      files.field('memory.stat', 'inactive_file'),
      files.number('memory.max'),
    ),
  (files) =>
    memoryOf(
      files.number('memory/memory.usage_in_bytes'),
      files.field('memory/memory.stat', 'total_inactive_file'),
      files.number('memory/memory.limit_in_bytes'),
    ),
];
