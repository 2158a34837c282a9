import { cancel } from 'xstate';
import type { Context, Event } from './job-request.types.js';
import { armed } from './support.js';

/** How long a request waits. Each limit is an option's word, so it may be `Infinity`. */

const disarmed = (type: Event['type']) => cancel<Context, Event, undefined, Event>(type);

export const limits = {
  armRequestTimeout: armed<Context, Event>(
    'requestTimeout.passed',
    ({ timeouts }) => timeouts.requestMs,
  ),
  armAnswerTimeout: armed<Context, Event>(
    'answerTimeout.passed',
    ({ timeouts }) => timeouts.answerMs,
  ),
  armAssignmentTimeout: armed<Context, Event>(
    'assignmentTimeout.passed',
    ({ timeouts }) => timeouts.assignmentMs,
  ),
  armLaunchTimeout: armed<Context, Event>(
    'launchTimeout.passed',
    ({ timeouts }) => timeouts.launchMs,
  ),
  disarmRequestTimeout: disarmed('requestTimeout.passed'),
  disarmAnswerTimeout: disarmed('answerTimeout.passed'),
  disarmAssignmentTimeout: disarmed('assignmentTimeout.passed'),
};
