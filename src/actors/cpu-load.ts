import type { CpuInfo } from 'node:os';

/** Samples over which the mean is taken. */
const window = 5;

/** What is busy and what there is, since the machine started. */
interface Usage {
  readonly busy: number;
  readonly total: number;
}

/** The load of the machine's processors, as the mean of the last samples. */
export interface CpuLoad {
  /** Reads the counters once more. */
  sample(): void;
  /** From 0 to 1; undefined before two readings that differ. */
  mean(): number | undefined;
}

/** Measures the processors by what `cpus` counts; nothing runs between two samples. */
export function cpuLoad(cpus: () => readonly Pick<CpuInfo, 'times'>[]): CpuLoad {
  let before = usageOf(cpus());
  let shares: number[] = [];
  return {
    sample() {
      const now = usageOf(cpus());
      const total = now.total - before.total;
      if (total > 0) {
        const share = (now.busy - before.busy) / total;
        shares = [...shares, Math.min(Math.max(share, 0), 1)].slice(-window);
      }
      before = now;
    },
    mean: () =>
      shares.length > 0 ? shares.reduce((sum, share) => sum + share, 0) / shares.length : undefined,
  };
}

function usageOf(cpus: readonly Pick<CpuInfo, 'times'>[]): Usage {
  let busy = 0;
  let idle = 0;
  for (const { times } of cpus) {
    busy += times.user + times.nice + times.sys + times.irq;
    idle += times.idle;
  }
  return { busy, total: busy + idle };
}
