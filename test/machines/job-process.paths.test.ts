import { jobProcessMachine } from '../../src/machines/job-process.machine.js';
import { registerPaths } from '../support/register-paths.js';
import { paths } from './job-process.paths.js';

registerPaths(jobProcessMachine, paths);
