// Three figures, each beside the same thing done by a bare fork in the same run.
import { cpus } from 'node:os';
import { bare, measureMessages, measureStart, reachable, warm } from './children.mjs';
import { measureDispatch } from './dispatch.mjs';

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

console.log(
  `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores, ${rounds} rounds`,
);
console.table(rows);
