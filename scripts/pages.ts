import { errorPage } from './error-page.js';
import { machinePages } from './machine-docs.js';
import { optionPage } from './option-page.js';
import { parityPage } from './parity-page.js';
import { writtenPages } from './written-pages.js';

/** Every page, or part of one, that is made from the code. */
export const allPages = async () => [
  ...(await machinePages()),
  await errorPage(),
  await optionPage(),
  parityPage(),
  ...(await writtenPages()),
];
