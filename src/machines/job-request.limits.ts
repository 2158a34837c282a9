import { cancel } from 'xstate';
import type { Context, Event } from './job-request.types.js';
import { armed } from './support.js';

/** How long a request waits: each limit comes from an option, and may be `Infinity`. */
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
  disarmRequestTimeout: cancel('requestTimeout.passed'),
  disarmAnswerTimeout: cancel('answerTimeout.passed'),
  disarmAssignmentTimeout: cancel('assignmentTimeout.passed'),
  disarmLaunchTimeout: cancel('launchTimeout.passed'),
};
