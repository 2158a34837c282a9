import { heartbeatMachine } from '../../src/machines/heartbeat.machine.js';
import { registerPaths } from '../support/register-paths.js';
import { paths } from './heartbeat.paths.js';

registerPaths(heartbeatMachine, paths);
