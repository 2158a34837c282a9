import { memoryMachine } from '../../src/machines/memory.machine.js';
import { registerPaths } from '../support/register-paths.js';
import { paths } from './memory.paths.js';

registerPaths(memoryMachine, paths);
