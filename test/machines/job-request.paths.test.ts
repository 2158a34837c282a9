import { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import { registerPaths } from '../support/register-paths.js';
import { paths } from './job-request.paths.js';

registerPaths(jobRequestMachine, paths);
