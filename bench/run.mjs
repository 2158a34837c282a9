// What a worker costs: in its processes, beside a bare fork in the same run, and by itself.
import { cpus } from 'node:os';
import { measureBursts } from './bursts.mjs';
import { bare, measureMessages, measureStart, reachable, warm } from './children.mjs';
import { measureDispatch } from './dispatch.mjs';
import { measureImports } from './imports.mjs';
import { measureIdle } from './parents.mjs';

// Whatever is waited for may have died.
const limitMinutes = 10;
setTimeout(() => {
  console.error(`The bench was not done within ${limitMinutes} minutes.`);
  process.exit(1);
}, limitMinutes * 60_000).unref();

const rounds = Number(process.env.BENCH_ROUNDS ?? 15);
const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const stats = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0], p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
};
const rows = [];
const row = (figure, ours, base, ratio, budget) =>
  rows.push({ figure, ours, 'bare fork': base, ratio, budget });

const starts = { bare: [], reachable: [], warm: [] };
// In turns, so that a machine that gets slower slows all of them.
for (let round = 0; round < rounds; round += 1)
  for (const [name, child] of Object.entries({ bare, reachable, warm }))
    starts[name].push(await measureStart(child));

const ms = (name) => stats(starts[name].map((start) => start.ms));
const megabytes = (name) => stats(starts[name].map((start) => start.megabytes));
for (const [name, figure, limit] of [
  ['reachable', 'start to reachable, ms', 1.8],
  ['warm', 'start to warm with rtc-node, ms', 4.2],
]) {
  row(
    figure,
    ms(name).p50.toFixed(1),
    ms('bare').p50.toFixed(1),
    (ms(name).min / ms('bare').min).toFixed(2),
    `<= ${limit} x`,
  );
}
for (const [name, figure, limit] of [
  ['reachable', 'private memory, runner, MB', 3],
  ['warm', 'private memory, warm with rtc-node, MB', 13],
]) {
  const more = megabytes(name).p50 - megabytes('bare').p50;
  row(
    figure,
    megabytes(name).p50.toFixed(1),
    megabytes('bare').p50.toFixed(1),
    `+${more.toFixed(1)} MB`,
    `<= +${limit} MB`,
  );
}
const message = stats(await measureMessages(rounds));
const dispatch = stats(await measureDispatch(Number(process.env.BENCH_JOBS ?? 60)));
for (const [share, limit] of [
  ['p50', 1],
  ['p99', 10],
]) {
  const ours = dispatch[share] / 1_000;
  row(
    `assignment to entrypoint, ${share}, ms`,
    ours.toFixed(2),
    (message[share] / 1_000).toFixed(2),
    (dispatch[share] / message[share]).toFixed(1),
    `<= ${limit} ms`,
  );
}

// The least is what the worker needs; what is above it is the machine's, which others use as well.
const alone = (figure, values, budget, digits = 1) => {
  const { min, p50 } = stats(values);
  row(
    `${figure} (min, median)`,
    [min, p50].map((it) => it.toFixed(digits)).join(', '),
    '',
    '',
    budget,
  );
};
const imports = measureImports(rounds);
const [ours, empty] = [stats(imports.ours), stats(imports.empty)];
row(
  'import of the package over an empty module, ms (min, median)',
  `${(ours.min - empty.min).toFixed(1)}, ${(ours.p50 - empty.p50).toFixed(1)}`,
  '',
  '',
  '<= 25 ms',
);
const bursts = await measureBursts(5);
alone('256 open and 744 refused offers answered, ms', bursts, '<= 150 ms', 0);
const idle = await measureIdle(4, 3);
alone(
  'idle worker with 4 warm processes, ms CPU per s',
  idle.map((it) => it.worker),
  '<= 5 ms',
);
alone(
  'its 4 processes together, ms CPU per s',
  idle.map((it) => it.processes),
  '',
);
const crowd = Number(process.env.BENCH_PROCESSES ?? 100);
const many = await measureIdle(crowd, 3);
alone(
  `worker with ${crowd} idle processes, % of a core`,
  many.map((it) => it.worker / 10),
  '<= 2 %',
);
alone(
  `worker with ${crowd} idle processes, resident MB`,
  many.map((it) => it.megabytes),
  '<= 150 MB',
);

console.log(
  `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores, ${rounds} rounds`,
);
console.table(rows);
