import { heartbeatMachine } from '../../src/machines/heartbeat.machine.js';
import { registerBehaviours } from '../support/register-behaviours.js';
import { behaviours } from './heartbeat.behaviour.js';

registerBehaviours(heartbeatMachine, behaviours);
