/** How much a row weighs: asked for, needed for what is asked for, stood before elsewhere, or new. */
export type Priority = 'MUST' | 'NEED' | 'PARITY' | 'BEYOND';

/** One promise of the worker. */
export interface Row {
  readonly priority: Priority;
  readonly promise: string;
}

/** The promises about one subject, by id. */
export interface Subject {
  readonly name: string;
  readonly rows: Readonly<Record<string, Row>>;
}

const of =
  (priority: Priority) =>
  (promise: string): Row => ({ priority, promise });

export const must = of('MUST');
export const need = of('NEED');
export const parity = of('PARITY');
export const beyond = of('BEYOND');
