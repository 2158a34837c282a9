import { type CallbackLogicFunction, fromCallback } from 'xstate';
import type { Offer } from '../machines/job.types.js';
import type {
  Command,
  Fact,
  HandlerInput,
  JobRequest,
  RequestFnc,
} from '../machines/job-request.types.js';
import { failureOf } from './failure.js';
import { toParticipation, toTermination } from './participation.js';
import { type PendingAnswers, pendingAnswers } from './pending-answers.js';

const acceptAll: RequestFnc = async (request) => {
  await request.accept();
};

/**
 * Owns one call of the user's `requestFnc`: what it answers becomes facts, what the machine makes
 * of them settles the promises it holds. It decides nothing: which call counts, and until when, is
 * the machine's business. Without a function the offer is accepted.
 *
 * Contract: `handler.returned` or `handler.threw` is reported once, when the function has settled.
 * Stopping the actor does not stop the function; its promises reject with `ERR_REQUEST_EXPIRED`.
 */
const requestHandlerLogic: CallbackLogicFunction<Command, Fact, HandlerInput> = ({
  input: { offer, requestFnc = acceptAll },
  receive,
  sendBack,
}) => {
  const answers = pendingAnswers();
  const asked = performance.now();
  const elapsed = () => performance.now() - asked;
  let stopped = false;
  receive((command) => {
    if (command.type === 'confirm') answers.confirm(command.stage);
    else if (command.type === 'refuse') answers.refuse(command.call, command.error);
    else answers.fail(command.error);
  });

  // A user's function never runs inside a step of the machine.
  Promise.resolve()
    .then(() => (stopped ? undefined : requestFnc(jobRequest(offer, answers, elapsed, sendBack))))
    .then(
      () => sendBack({ type: 'handler.returned' }),
      (error) => sendBack({ type: 'handler.threw', error: failureOf(error, 'ERR_REQUEST_FNC') }),
    );

  return () => {
    stopped = true;
    answers.fail({
      code: 'ERR_REQUEST_EXPIRED',
      message: 'This offer is over: it was answered, withdrawn or lost before this call.',
    });
  };
};

/** The real request handler, to be provided to a machine's `requestHandler` port. */
export const requestHandler = fromCallback(requestHandlerLogic);

/** An invalid argument is thrown at once, so that a call which nobody awaits is noticed too. */
function jobRequest(
  offer: Offer,
  answers: PendingAnswers,
  elapsed: () => number,
  sendBack: (fact: Fact) => void,
): JobRequest {
  const { id, room, participant, agentName, metadata, attributes, resuming } = offer;
  return {
    id,
    offer,
    room,
    publisher: offer.kind === 'publisher' ? participant : undefined,
    participant,
    agentName,
    metadata,
    attributes,
    resuming,
    accept(given) {
      const participation = toParticipation(given, id);
      const { number: call, promise } = answers.open(answers.acceptance);
      if (call !== undefined)
        sendBack({
          type: 'handler.accepted',
          call,
          elapsedMs: elapsed(),
          at: performance.timeOrigin + performance.now(),
          participation,
        });
      return promise;
    },
    reject(given) {
      const terminate = toTermination(given);
      const { number: call, promise } = answers.open<void>(undefined);
      if (call !== undefined) sendBack({ type: 'handler.rejected', call, terminate });
      return promise;
    },
  };
}
