/** The variable that says how many CPUs make a load of 1, whatever is detected. */
export const numCpusVariable = 'NUM_CPUS';

export const expectedCpus = 'a number above 0, such as 2 or 0.5';

/** Fractions are allowed: a container may have half a CPU. */
export const isNumCpus = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && Number.isFinite(value);

/** What the variable says; undefined when it is unset or empty, NaN when it is no such number. */
export function numCpusIn(env: Readonly<Record<string, string | undefined>>): number | undefined {
  const text = env[numCpusVariable]?.trim();
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  return isNumCpus(value) ? value : Number.NaN;
}
