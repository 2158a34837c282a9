import type {
  SamplerCommand,
  SamplerFact,
  SamplerInput,
} from '../../src/machines/job-process.types.js';
import { fakePort } from './fake-ports.js';

/** Stands in for the actor that measures the memory of one process. */
export const fakeSampler = () => fakePort<SamplerCommand, SamplerInput, SamplerFact>();
