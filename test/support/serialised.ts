import { inspect } from 'node:util';
import type { InspectionEvent } from 'xstate';

/** All that serialisers make of an inspection stream, to be searched. */
export interface Serialised {
  observe(event: InspectionEvent): void;
  /** Writes down one more value, as deep as it goes. */
  note(value: unknown): void;
  /** Which of these texts were seen, whole or as base64. */
  find(texts: readonly string[]): readonly string[];
}

/** Writes down each inspection event as JSON, as Node prints it, and as a structured clone. */
export function serialise(): Serialised {
  const texts = new Set<string>();
  const seen = new WeakSet<object>();
  const note = (value: unknown) => {
    texts.add(inspect(value, { depth: 6, showHidden: true, maxStringLength: null }));
    texts.add(JSON.stringify(value) ?? '');
    texts.add(inspect(cloneOf(value), { depth: 6, maxStringLength: null }));
  };
  const noteOnce = (value: unknown) => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    note(value);
  };
  return {
    note,
    observe: (inspected) => {
      texts.add(JSON.stringify(inspected) ?? '');
      if ('event' in inspected) noteOnce(inspected.event);
      if ('snapshot' in inspected) Object.values(partsOf(inspected.snapshot)).forEach(noteOnce);
    },
    find: (wanted) => {
      const all = [...texts];
      return wanted.filter((one) =>
        formsOf(one).some((form) => all.some((text) => text.includes(form))),
      );
    },
  };
}

/** A snapshot without its machine, which never changes, and its children, which are seen by themselves. */
const partsOf = (snapshot: object): object => {
  const { context, input, output, error } = snapshot as Record<string, unknown>;
  return { context, input, output, error };
};

function cloneOf(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return 'not cloneable';
  }
}

/** A text as it is, and as it looks in the middle of base64, whatever stands before it. */
const formsOf = (text: string): string[] => [
  text,
  ...[0, 2, 3].map((contaminated, before) =>
    Buffer.from(' '.repeat(before) + text)
      .toString('base64')
      .slice(contaminated)
      .replace(/.=*$/, ''),
  ),
];
