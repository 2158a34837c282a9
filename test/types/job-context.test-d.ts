import type { RemoteTrackPublication } from '@livekit/rtc-node';
import type { LiveKitAPI } from 'livekit-server-sdk';
import { expectTypeOf, it } from 'vitest';
import { defineAgent } from '../../src/job/index.js';

it('types what a job waits for, and refuses what it cannot', () => {
  defineAgent({
    entrypoint: async (ctx) => {
      const track = await ctx.waitForTrackPublication({ kind: 'audio', kinds: ['sip', 4] });
      expectTypeOf(track).toEqualTypeOf<RemoteTrackPublication>();
      expectTypeOf(ctx.api).toEqualTypeOf<LiveKitAPI>();
      // @ts-expect-error no such kind of participant
      await ctx.waitForParticipant({ kinds: ['phone'] });
      // @ts-expect-error no such kind of track
      await ctx.waitForTrackPublication({ kind: 'text' });
      // @ts-expect-error an attribute has a name
      await ctx.waitForParticipantAttribute({ value: 'de' });
    },
  });
});

it('gives the entrypoint of a participant the context with its user data', () => {
  defineAgent<{ voice: string }>({
    entrypoint: (ctx) => {
      ctx.addParticipantEntrypoint(async (own, { identity }, signal) => {
        expectTypeOf(own.proc.userdata.voice).toEqualTypeOf<string>();
        expectTypeOf(identity).toEqualTypeOf<string>();
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      });
      // @ts-expect-error no such option
      ctx.addParticipantEntrypoint(() => {}, { once: true });
    },
  });
});
