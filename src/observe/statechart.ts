/** Charts of machines as data, drawings and tables. Pure: it reads machines and runs nothing. */
export {
  type Chart,
  type ChartState,
  declaredTransitions,
  nodesOf,
  pathOf,
  toGraph,
  transitionId,
} from './statechart/graph.js';
export { toMermaid, undrawn } from './statechart/mermaid.js';
export { shownPath, toTable } from './statechart/table.js';
export { eventTrigger } from './statechart/words.js';
