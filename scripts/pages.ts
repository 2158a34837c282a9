import { examplePages } from './examples.js';
import { machinePages } from './machine-docs.js';

/** Every page, or part of one, that is made from the code. */
export const allPages = async () => [...(await machinePages()), ...examplePages()];
