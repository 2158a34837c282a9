import type { JobTypeWord } from './records.js';
import type { ParticipantInput } from './room-records.js';

/** A job for one worker, which no dispatch asked for. */
export interface SimulatedJobInput {
  /** The room as the job has it. It need not exist here. */
  readonly room: { readonly name: string; readonly sid?: string; readonly metadata?: string };
  /** Whom the job is about. */
  readonly participant?: Omit<ParticipantInput, 'isAgent'> & { readonly sid?: string };
  /** Default: what the worker registered for. */
  readonly type?: JobTypeWord;
  readonly metadata?: string;
}
