// Some thirty offers of every kind, in the order in which the demo makes them.
const call = (kind, ms) => ({ kind, ms });
const calls = (count, ms) =>
  Array.from({ length: count }, (_, n) => call('call', ms + 90 * (n % 7)));

/** Offers to the worker for rooms. */
export const offers = [
  ...calls(4, 600),
  call('policy says no'),
  call('entrypoint throws'),
  ...calls(2, 400),
  call('handler says no'),
  call('handler silent'),
  ...calls(3, 500),
  call('process killed'),
  call('policy says no'),
  ...calls(2, 700),
  call('handler says no'),
  call('entrypoint throws'),
  ...calls(2, 300),
  call('process killed'),
  call('policy says no'),
  ...calls(2, 500),
];

/** Calls that are still going on when the worker is told to end. */
export const lastCalls = calls(3, 1_500);
