import type { ParticipantKind, RemoteParticipant } from '@livekit/rtc-node';
import { WorkerError } from '../errors.js';

// Numbers of LiveKit's enumeration, which lives in a native package that is not needed here.
const numbers = {
  standard: 0,
  ingress: 1,
  egress: 2,
  sip: 3,
  agent: 4,
  connector: 7,
} as const;

/**
 * What somebody is: a word, or a member of `ParticipantKind` of `@livekit/rtc-node`. People are
 * `standard`, callers by telephone `sip`.
 */
export type KindOfParticipant = keyof typeof numbers | ParticipantKind;

/** Of somebody who takes part, what tells who it is. */
export type Kindred = Pick<RemoteParticipant, 'identity' | 'kind' | 'attributes'>;

/** Whether somebody is an agent. */
export const isAgent = ({ kind }: Kindred): boolean => kind === numbers.agent;

/**
 * Whether somebody is of one of the kinds; without any, whether it is anybody but an agent.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` for what is no list of kinds.
 */
export function ofKinds(
  kinds: readonly KindOfParticipant[] | undefined,
): (participant: Kindred) => boolean {
  if (kinds === undefined) return (participant) => !isAgent(participant);
  if (!Array.isArray(kinds)) throw refused(kinds);
  const wanted = new Set<number>(kinds.map(numberOf));
  return ({ kind }) => wanted.has(kind);
}

function numberOf(kind: unknown): number {
  if (typeof kind === 'string' && Object.hasOwn(numbers, kind)) {
    return numbers[kind as keyof typeof numbers];
  }
  if (Number.isInteger(kind)) return kind as number;
  throw refused(kind);
}

const refused = (given: unknown): WorkerError =>
  new WorkerError(
    'ERR_INVALID_ARGUMENT',
    `kinds: expected a list of ${Object.keys(numbers).join(', ')} or of members of ParticipantKind, got ${String(given)}.`,
  );
