import { and, maxPerRoom, not, or, type Policy, withPolicies, workerMachine } from 'livekit-actors';

// Policies are plain functions: of your own, ready made, or made of others.
const isVip: Policy = ({ offer }) => offer.attributes.tier === 'vip';
const isTest: Policy = ({ offer }) => offer.room.name.startsWith('test-');
const hasQuietTime: Policy = ({ capacity }) => capacity.load < 0.5;

export const machine = withPolicies(workerMachine, {
  acceptsJob: and(maxPerRoom(1), not(isTest), or(isVip, hasQuietTime)),
});
