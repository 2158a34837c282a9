/** Where Linux shows the control group of a container. */
export const controlGroups = '/sys/fs/cgroup';

/** Files below one folder. These are no files on a disk: the kernel makes up their text when asked. */
export interface Folder {
  /** Undefined for a file that is not there, or not for us. */
  text(path: string): string | undefined;
  /** The number that is all that is in a file. */
  number(path: string): number | undefined;
  /** The number behind a name in a file of names and numbers. */
  field(path: string, name: string): number | undefined;
}

export function folder(root: string): Folder {
  const text = (path: string): string | undefined => {
    // Not imported: as a module it loads all of Node's streams with it.
    const { readFileSync } = process.getBuiltinModule('node:fs');
    try {
      return readFileSync(`${root}/${path}`, 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  return {
    text,
    number: (path) => wholeNumber(text(path)),
    field: (path, name) =>
      wholeNumber(
        text(path)
          ?.split('\n')
          .map((line) => line.split(' '))
          .find(([key]) => key === name)?.[1],
      ),
  };
}

/** Undefined for everything else, such as the word "max". */
export const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
