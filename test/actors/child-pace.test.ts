import { expect, it } from 'vitest';
import { paceOf } from '../../src/actors/child-pace.js';

const start = (startedAt = 1_000_000) => {
  let time = startedAt;
  const pace = paceOf(() => time);
  const verdicts = (count: number, written = time) => {
    const given = Array.from({ length: count }, () => pace.line(written));
    return (['write', 'leave out', 'flood'] as const).flatMap((verdict) => {
      const times = given.filter((one) => one === verdict).length;
      return times > 0 ? [[verdict, times]] : [];
    });
  };
  return {
    pace,
    verdicts,
    wait: (ms: number) => {
      time += ms;
    },
  };
};

it('has 1000 lines of a second written, leaves out more, and calls more than 5000 a flood (R-E7)', () => {
  const { pace, verdicts, wait } = start();

  expect(verdicts(5_001)).toEqual([
    ['write', 1_000],
    ['leave out', 4_000],
    ['flood', 1],
  ]);
  expect([pace.leftOut(), pace.leftOut()]).toEqual([4_001, 0]);

  wait(1_000);
  expect(verdicts(1_000)).toEqual([['write', 1_000]]);
});

it('blames no child for lines that waited while the worker stood still (R-F9)', () => {
  const { pace, wait } = start();
  wait(20_000);

  const times = Array.from({ length: 20_000 }, (_, n) => 1_000_000 + n);

  expect(times.every((time) => pace.line(time) === 'write')).toBe(true);
});

it('believes no time before the last one, and none ahead of the worker', () => {
  const { verdicts } = start();

  expect(verdicts(600, 0)).toEqual([['write', 600]]);
  expect(verdicts(600, 2_000_000)).toEqual([
    ['write', 400],
    ['leave out', 200],
  ]);
});

it('lets a child say 500 other things within a second', () => {
  const { pace, wait } = start();

  expect(Array.from({ length: 501 }, () => pace.message()).indexOf(false)).toBe(500);
  wait(1_000);
  expect(pace.message()).toBe(true);
});

it('ends no child because the clock of the machine was set back', () => {
  const { pace, wait } = start();
  const anHour = Array.from({ length: 1_440 });

  wait(-3_600_000);
  const heard = anHour.map(() => {
    wait(2_500);
    return { message: pace.message(), line: pace.line(1_000_000) };
  });

  expect(heard).toEqual(anHour.map(() => ({ message: true, line: 'write' })));
});
