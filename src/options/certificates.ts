import type { Row } from './rows.js';

/** A file of certificates that can be read now. */
export const certificateFile = (more: Pick<Row<string>, 'env'>): Row<string> => ({
  expects: 'the path of a PEM file with certificates',
  accepts: (value) => typeof value === 'string' && trouble(value) === undefined,
  remedy: (value) => (typeof value === 'string' ? trouble(value) : undefined),
  ...more,
});

function trouble(path: string): string | undefined {
  try {
    // Not imported: as a module it loads all of Node's streams with it.
    return process
      .getBuiltinModule('node:fs')
      .readFileSync(path, 'utf8')
      .includes('-----BEGIN CERTIFICATE-----')
      ? undefined
      : 'There is no certificate in it.';
  } catch (error) {
    return `It cannot be read (${(error as NodeJS.ErrnoException).code}).`;
  }
}
