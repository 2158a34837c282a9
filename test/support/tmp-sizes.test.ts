import { it } from 'vitest';
import { walk } from './paths.js';
import { paths } from '../machines/process-pool.paths.js';
import { processPoolMachine as m } from '../../src/machines/process-pool.machine.js';
it('x', () => { for (const [n, p] of paths.entries()) { const t = performance.now(); try { const w = walk(m, [{...p, limit: 60000}]); console.log(n, w.snapshots, Math.round(performance.now()-t), JSON.stringify(w.violations, null, 1), w.transitions.missed); } catch (e) { console.log(n, String(e), Math.round(performance.now()-t)); } } }, 100000);
