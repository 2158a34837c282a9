import { connectionMachine } from '../../src/machines/connection.machine.js';
import { registerBehaviours } from '../support/register-behaviours.js';
import { behaviours } from './connection.behaviour.js';

registerBehaviours(connectionMachine, behaviours);
