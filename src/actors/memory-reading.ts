/**
 * `resident` is what a process has in memory, pages that it shares included; `proportional` counts
 * of a shared page only its part.
 */
export type Measure = 'resident' | 'proportional';

/**
 * Megabytes of memory of a process; undefined for one that is gone, or where the system does not
 * tell. It does not reject.
 */
export type ReadMemory = (pid: number, measure: Measure) => Promise<number | undefined>;

/** Where the system tells of its processes. */
interface System {
  readonly proc?: string;
  readonly ps?: string;
}

const sources = {
  resident: { name: 'status', line: /^VmRSS:\s+(\d+) kB$/m },
  proportional: { name: 'smaps_rollup', line: /^Pss:\s+(\d+) kB$/m },
} as const;

/** Longer than `ps` ever takes, and shorter than the pause between two samples. */
const psLimitMs = 4_000;

/** Makes a reader: of `/proc` where there is one, else of what `ps` prints, which knows no shares. */
export function memoryReader({ proc = '/proc', ps = 'ps' }: System = {}): ReadMemory {
  let hasProc: boolean | undefined;
  return async (pid, measure) => {
    hasProc ??= files().existsSync(`${proc}/self/status`);
    if (hasProc) {
      const { name, line } = sources[measure];
      return megabytesIn(textOf(`${proc}/${pid}/${name}`), line);
    }
    if (measure === 'resident') return megabytesIn(await printed(ps, pid), /^\s*(\d+)\s*$/);
    return undefined;
  };
}

/** Not imported: as a module it loads all of Node's streams with it. */
const files = () => process.getBuiltinModule('node:fs');

/** Kilobytes in a text, as megabytes with one decimal; a dead process that is not yet reaped has none. */
function megabytesIn(text: string, pattern: RegExp): number | undefined {
  const kilobytes = Number(pattern.exec(text)?.[1] ?? 0);
  return kilobytes > 0 ? Math.round(kilobytes / 102.4) / 10 : undefined;
}

/**
 * Empty when the process is gone, or belongs to somebody who does not show it. There is no disk
 * behind these files, and to read one in another thread costs eight times as much.
 */
function textOf(path: string): string {
  try {
    return files().readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function printed(ps: string, pid: number): Promise<string> {
  return new Promise<string>((resolve) => {
    // Not imported: where there is a /proc nothing here needs it.
    process
      .getBuiltinModule('node:child_process')
      .execFile(ps, ['-o', 'rss=', '-p', `${pid}`], { timeout: psLimitMs }, (_, out) =>
        resolve(out),
      );
    // Some failures of a spawn are thrown.
  }).catch(() => '');
}
