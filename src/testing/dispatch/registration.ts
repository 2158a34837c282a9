import {
  type RegisterWorkerRequest,
  ServerInfo,
  ServerInfo_Edition,
  type UpdateWorkerStatus,
} from '@livekit/protocol';
import { version } from '../../version.js';
import type { Mutable, WorkerRecord } from './records.js';
import { toJobTypeWord, toWorkerStatusWord } from './words.js';

const deploymentLabel = /^[A-Za-z0-9.-]{0,64}$/;

/** Whether a text may be the deployment of a worker or a dispatch. */
export const isDeployment = (label: string): boolean => deploymentLabel.test(label);

/** Reads a registration; an unknown job type or a bad deployment label is none. */
export function toWorkerRecord(
  id: string,
  name: string,
  request: RegisterWorkerRequest,
): Mutable<WorkerRecord> | undefined {
  const type = toJobTypeWord(request.type);
  if (type === undefined || !isDeployment(request.deployment)) return undefined;
  return {
    id,
    name,
    type,
    agentName: request.agentName,
    namespace: request.namespace ?? '',
    deployment: request.deployment,
    version: request.version,
    status: 'available',
    load: 0,
    jobCount: 0,
    jobs: [],
    migrated: [],
  };
}

/** Takes a report over. One without a status keeps it, one without a load sets it to 0. */
export function applyReport(record: Mutable<WorkerRecord>, report: UpdateWorkerStatus): void {
  if (report.status !== undefined) record.status = toWorkerStatusWord(report.status);
  record.load = report.load;
  record.jobCount = report.jobCount;
}

/** What the register answer says about this server. */
export const describeServer = (nodeId: string): ServerInfo =>
  new ServerInfo({
    edition: ServerInfo_Edition.Standard,
    version,
    protocol: 17,
    nodeId,
    agentProtocol: 1,
  });
