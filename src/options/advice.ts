import type { Failure } from '../errors.js';
import type { Permissions } from '../machines/connection.types.js';
import { isLocalAddress } from './addresses.js';

/** What is looked at. */
interface Choices {
  readonly url: string | undefined;
  readonly permissions: Permissions;
  /** A hosted worker, whose load is its host's business. */
  readonly hosted: boolean;
  /** Options about load that were given. */
  readonly loadOptions: readonly string[];
}

/** What is allowed and may still not do what its author expects, one warning each. */
export function adviceFor({ url, permissions, hosted, loadOptions }: Choices): readonly Failure[] {
  const texts: string[] = [];
  if (url !== undefined && isOpenToAll(url))
    texts.push(
      'url: ws:// is not encrypted, and tokens can be read on the way. Use wss:// to another machine.',
    );
  if (permissions.canPublishSources.length > 0)
    texts.push(
      'permissions: the open server ignores canPublishSources; agents may publish from every source there.',
    );
  if (permissions.hidden && permissions.canPublish)
    texts.push('permissions: what a hidden agent publishes, nobody receives.');
  if (hosted && loadOptions.length > 0)
    texts.push(`workerToken: a hosted worker ignores ${loadOptions.join(' and ')}.`);
  return texts.map((message) => ({ code: 'ERR_DOUBTFUL_OPTION', message }));
}

const isOpenToAll = (address: string): boolean =>
  new URL(address).protocol === 'ws:' && !isLocalAddress(address);
