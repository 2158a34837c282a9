import type { CpuInfo } from 'node:os';
import { type Folder, folder, wholeNumber } from './control-group.js';

/** What counters say at one moment. Both counts only ever grow; where they start means nothing. */
export interface CpuReading {
  /** Milliseconds of work, summed over all CPUs. */
  readonly usedMs: number;
  /** Milliseconds that have passed. */
  readonly passedMs: number;
  /** CPUs that there are to use. */
  readonly cpus: number;
}

/** Reads the counters; undefined when they are not there. It does not throw. */
export type ReadCpu = () => CpuReading | undefined;

/** What there is to read. */
export interface CpuSources {
  /** The folder of control groups. */
  readonly root: string;
  readonly machine: () => readonly Pick<CpuInfo, 'times'>[];
  /** CPUs that this process may run on. */
  readonly parallelism: () => number;
  readonly now: () => number;
}

/** A container of version 1 without a quota: the whole machine is hardly meant for it. */
const assumedCpus = 2;

/**
 * Finds the counters of the container: a control group of version 2, else of version 1, else those
 * of the machine. The quota is read each time, since a running container may be resized.
 */
export function cpuReader(sources: CpuSources): ReadCpu {
  const files = folder(sources.root);
  if (files.field('cpu.stat', 'usage_usec') !== undefined) return versionTwo(files, sources);
  const usage = versionOneUsage.find((path) => files.number(path) !== undefined);
  return usage === undefined ? plain(sources) : versionOne(files, usage, sources);
}

function versionTwo(files: Folder, { parallelism, now }: CpuSources): ReadCpu {
  const quota = (): number | undefined => {
    const [allowed, period] = (files.text('cpu.max') ?? '').split(' ').map(wholeNumber);
    return share(allowed, period);
  };
  return () => {
    const used = files.field('cpu.stat', 'usage_usec');
    return used === undefined
      ? undefined
      : { usedMs: used / 1_000, passedMs: now(), cpus: quota() ?? parallelism() };
  };
}

const versionOneUsage = ['cpuacct/cpuacct.usage', 'cpu,cpuacct/cpuacct.usage', 'cpuacct.usage'];
const versionOneQuotas = ['cpu', 'cpu,cpuacct', '.'];

function versionOne(files: Folder, usage: string, { now }: CpuSources): ReadCpu {
  const quota = (): number | undefined =>
    versionOneQuotas
      .map((at) =>
        share(files.number(`${at}/cpu.cfs_quota_us`), files.number(`${at}/cpu.cfs_period_us`)),
      )
      .find((cpus) => cpus !== undefined);
  return () => {
    const used = files.number(usage);
    return used === undefined
      ? undefined
      : { usedMs: used / 1_000_000, passedMs: now(), cpus: quota() ?? assumedCpus };
  };
}

/** No quota is the word "max" or -1. */
const share = (allowed: number | undefined, period: number | undefined): number | undefined =>
  allowed !== undefined && period !== undefined && allowed > 0 && period > 0
    ? allowed / period
    : undefined;

function plain({ machine }: CpuSources): ReadCpu {
  return () => {
    const times = machine().map((cpu) => cpu.times);
    if (times.length === 0) return undefined;
    const usedMs = sum(times.map(({ user, nice, sys, irq }) => user + nice + sys + irq));
    const passedMs = (usedMs + sum(times.map(({ idle }) => idle))) / times.length;
    return { usedMs, passedMs, cpus: times.length };
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
