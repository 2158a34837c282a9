/** Charts of machines as data, drawings and tables. Pure: it reads machines and runs nothing. */
export {
  type Chart,
  type ChartState,
  type ChartTransition,
  declaredTransitions,
  nodesOf,
  pathOf,
  toGraph,
  transitionId,
} from './statechart/graph.js';
export { toMermaid, undrawn } from './statechart/mermaid.js';
export { shownPath, toTable } from './statechart/table.js';
export {
  type ActionWords,
  actionWords,
  type GuardWords,
  guardWords,
  type Trigger,
} from './statechart/words.js';
