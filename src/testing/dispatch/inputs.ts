import * as v from 'valibot';
import {
  aFunction,
  check,
  count,
  limit,
  members,
  milliseconds,
  name,
  text,
  texts,
  word,
} from '../checked.js';

const agent = v.strictObject(
  { agentName: text, ...members({ metadata: text, attributes: texts, deployment: text }).entries },
  'an object with an agentName',
);

const schemas = {
  createRoom: v.strictObject(
    {
      name,
      ...members({
        metadata: text,
        agents: v.array(agent, 'a list of agents'),
        emptyTimeout: limit,
        departureTimeout: limit,
        maxParticipants: count,
      }).entries,
    },
    'an object with a name',
  ),
  join: v.strictObject(
    {
      identity: name,
      ...members({
        name: text,
        metadata: text,
        attributes: texts,
        isAgent: v.boolean('true or false'),
      }).entries,
    },
    'an object with an identity',
  ),
  createDispatch: members({ metadata: text, attributes: texts, deployment: text }),
  room: name,
  agentName: text,
  script: v.strictObject(
    {
      fault: v.union(
        [
          word('drop', 'duplicate', 'corrupt', 'freeze', 'reset'),
          v.strictObject({ delay: milliseconds }, 'an object with a delay'),
        ],
        'drop, duplicate, corrupt, freeze, reset, or { delay: milliseconds }',
      ),
      ...members({
        direction: word('in', 'out'),
        message: word(
          ...['availability', 'updateWorker', 'register', 'ping', 'updateJob', 'simulateJob'],
          ...['migrateJob', 'assignment', 'termination', 'pong', 'malformed'],
        ),
        connection: name,
        when: aFunction,
        skip: count,
        times: count,
      }).entries,
    },
    'an object with a fault',
  ),
  times: count,
  headers: texts,
  status: v.custom<number>(
    (status) => Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599,
    'an HTTP status from 200 to 599',
  ),
} as const;

/**
 * Refuses what a control of the server does not take.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT`, naming all that is wrong.
 */
export const checkInput = (of: keyof typeof schemas, value: unknown): void =>
  check('ERR_INVALID_ARGUMENT', of, schemas[of], value);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const has = (value: unknown, ...names: string[]): boolean =>
  isObject(value) && names.every((one) => typeof Reflect.get(value, one) === 'function');

const serverOptions = members({
  port: v.custom<number>(
    (port) => Number.isInteger(port) && Number(port) >= 0 && Number(port) <= 65_535,
    'a port from 0 to 65535',
  ),
  keys: v.custom<object>(
    (keys) => isObject(keys) && Object.keys(keys).length > 0 && v.is(texts, keys),
    'an object with a secret for each API key, one at least',
  ),
  roomUrl: v.nullable(name),
  registerTimeout: limit,
  requestTimeout: limit,
  selectionWait: limit,
  simulateTimeout: limit,
  removalTimeout: limit,
  emptyTimeout: limit,
  departureTimeout: limit,
  pingInterval: limit,
  clock: v.custom<object>(
    (clock) => has(clock, 'setTimeout', 'clearTimeout'),
    'an object with setTimeout and clearTimeout',
  ),
  random: aFunction,
  ledger: v.custom<object>((ledger) => has(ledger, 'record'), 'a ledger'),
  frameHistory: count,
});

/** @throws WorkerError `ERR_INVALID_OPTIONS`, naming all that is wrong. */
export const checkServerOptions = (options: unknown): void =>
  check('ERR_INVALID_OPTIONS', 'createTestServer', serverOptions, options);
