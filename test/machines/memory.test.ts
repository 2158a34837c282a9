import { memoryMachine } from '../../src/machines/memory.machine.js';
import { registerBehaviours } from '../support/register-behaviours.js';
import { behaviours } from './memory.behaviour.js';

registerBehaviours(memoryMachine, behaviours);
