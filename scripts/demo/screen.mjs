// Live progress: a table that is redrawn in a terminal, plain lines in a pipe.
import { styleText } from 'node:util';

const colours = {
  offered: 'yellow',
  accepted: 'cyan',
  running: 'blue',
  done: 'green',
  refused: 'gray',
  failed: 'red',
};
const marks = { offered: '?', accepted: '+', running: '>', done: '*', refused: '-', failed: '!' };

/** A screen for the jobs; `live` is whether it may redraw. */
export function openScreen(out) {
  const live = out.isTTY && process.env.TERM !== 'dumb' && !process.env.CI;
  const paint = (colour, text) => styleText(colour, text, { stream: out });
  const rows = new Map();
  let drawn = 0;
  const started = Date.now();
  const clock = () => `${((Date.now() - started) / 1_000).toFixed(1).padStart(5)} s`;

  const erase = () => {
    if (drawn > 0) out.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    const count = (state) => [...rows.values()].filter((row) => row.state === state).length;
    const head = Object.keys(marks).map((state) =>
      paint(colours[state], `${count(state)} ${state}`),
    );
    const room = Math.max(4, (out.rows ?? 24) - 6);
    const shown = [...rows.values()].slice(-room).map((row) => {
      const mark = paint(colours[row.state], `${marks[row.state]} ${row.state.padEnd(8)}`);
      const line = `  ${mark} ${row.kind.padEnd(19)} ${row.id.padEnd(16)} ${String(row.pid ?? '').padStart(7)}`;
      return `${line}  ${row.note ?? ''}`.slice(0, (out.columns ?? 80) + 9);
    });
    const lines = ['', `  ${head.join('   ')}`, '', ...shown];
    out.write(`${lines.join('\n')}\n`);
    drawn = lines.length;
  };

  return {
    say(text) {
      if (live) erase();
      out.write(`${live ? paint('bold', text) : `${clock()}  ${text}`}\n`);
      if (live && rows.size > 0) draw();
    },
    row(id, change) {
      const before = rows.get(id) ?? { id, kind: '', state: 'offered' };
      const after = { ...before, ...change };
      rows.set(id, after);
      if (live) {
        erase();
        draw();
      } else if (after.state !== before.state || !rows.has(id)) {
        const pid = after.pid ? ` in process ${after.pid}` : '';
        out.write(
          `${clock()}  ${id}  ${after.state.padEnd(8)}  ${after.kind}${pid}${after.note ? `: ${after.note}` : ''}\n`,
        );
      }
    },
    /** Leaves the last frame where it is. */
    settle() {
      drawn = 0;
    },
    plain: (text) => out.write(`${text}\n`),
    paint,
  };
}
