import { workerMachine } from '../../src/machines/worker.machine.js';
import { registerPaths } from '../support/register-paths.js';
import { paths } from './worker.paths.js';

registerPaths(workerMachine, paths);
