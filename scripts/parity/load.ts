import { beyond, must, need, parity, type Subject } from './row.js';

export const load: Subject = {
  name: 'Load and capacity',
  rows: {
    'F-69': must('The load is the mean of the processors over some samples.'),
    'F-70': parity(
      'Control groups of both versions and the plain machine are measured, and `NUM_CPUS` counts.',
    ),
    'F-71': parity('A control group of version 1 without a quota has two processors.'),
    'F-72': parity('Reserved slots count as load.'),
    'F-73': parity('Full and available are told at once and logged when they change.'),
    'F-74': beyond('No available worker has a load at which the server never picks it.'),
    'F-75': parity('The number of jobs is reported with each status.'),
    'F-76': beyond('Processors, memory, jobs and the highest of several are load functions.'),
    'D-18': need('A load function that throws once is asked again.'),
    'D-27': need('A worker that is available is one that the server can pick.'),
    'N-16': need('Wrong counters of a control group do not turn an idle worker full.'),
    'N-17': need('The load that is sent is scaled to the server’s limit, and both are told.'),
    'N-18': need('Whatever a load function does, the worker lives and reports.'),
  },
};
