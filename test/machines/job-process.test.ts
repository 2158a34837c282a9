import { jobProcessMachine } from '../../src/machines/job-process.machine.js';
import { registerBehaviours } from '../support/register-behaviours.js';
import { behaviours } from './job-process.behaviour.js';

registerBehaviours(jobProcessMachine, behaviours);
