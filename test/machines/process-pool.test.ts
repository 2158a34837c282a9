import { processPoolMachine } from '../../src/machines/process-pool.machine.js';
import { registerBehaviours } from '../support/register-behaviours.js';
import { behaviours } from './process-pool.behaviour.js';

registerBehaviours(processPoolMachine, behaviours);
