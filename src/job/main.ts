// First, so that its signals are ignored before anything else is evaluated.
import { ignoredSignals } from './ignored-signals.js';
import { run } from './runner.js';

run({ ignoredSignals });
