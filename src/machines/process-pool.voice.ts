import type { AnyActorRef } from 'xstate';
import type { Emitted } from './process-pool.types.js';

/** How a pool makes itself heard. */
export interface Voice {
  emit(event: Emitted): void;
  sendTo(parent: AnyActorRef, event: Emitted): void;
}

/** Emits events, and tells them to the worker if there is one. */
export function tellAll(
  events: readonly Emitted[],
  enqueue: Voice,
  parent: AnyActorRef | undefined,
): void {
  for (const event of events) {
    enqueue.emit(event);
    if (parent) enqueue.sendTo(parent, event);
  }
}
