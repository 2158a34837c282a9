import { ignoredSignals } from './signals.js';
// The line above comes first: what it ignores must be ignored before anything else is evaluated.
import { run } from './runner.js';

run({ ignoredSignals });
