import { processPoolMachine } from '../../src/machines/process-pool.machine.js';
import { registerPaths } from '../support/register-paths.js';
import { paths } from './process-pool.paths.js';

registerPaths(processPoolMachine, paths);
