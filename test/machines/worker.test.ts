import { workerMachine } from '../../src/machines/worker.machine.js';
import { registerBehaviours } from '../support/register-behaviours.js';
import { behaviours } from './worker.behaviour.js';

registerBehaviours(workerMachine, behaviours);
