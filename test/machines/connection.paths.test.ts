import { connectionMachine } from '../../src/machines/connection.machine.js';
import { registerPaths } from '../support/register-paths.js';
import { paths } from './connection.paths.js';

registerPaths(connectionMachine, paths);
