import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ObservedFlowLog, ResourceTarget } from './flow-log.js';
import { placeName, targetKey } from './target.js';

/** Tag that names the deployment that owns a flow log; its value is the owner. */
export const ownerTag = 'flowlog:owner';
/** Tag that names the target for which it was made; its value is `<owner>:<hash of key>`. */
const keyTag = 'flowlog:key';

/** First 32 hexadecimal digits of the SHA-256 of product, account, place and key. */
export function keyHash(target: ResourceTarget): string {
  const identity = [target.product, target.accountId, placeName(target), targetKey(target)].join('/');
  return bytesToHex(sha256(utf8ToBytes(identity))).slice(0, 32);
}

/** The two tags by which a flow log is known to be ours: they are all the correlation that a product without ClientToken has. */
export const ownerTags = (owner: string, target: ResourceTarget): Record<string, string> => ({
  [ownerTag]: owner,
  [keyTag]: `${owner}:${keyHash(target)}`,
});

/** Tells whether this deployment made the flow log for this target. */
export const isOwn = (owner: string, target: ResourceTarget, flowLog: ObservedFlowLog): boolean =>
  Object.entries(ownerTags(owner, target)).every(([key, value]) => flowLog.tags[key] === value);

/**
 * The name of a flow log whose request gives none: the same for the same target. Starts with a letter, 2 to 128 characters of letters,
 * digits and hyphens, so that it satisfies the strictest of the documented rules.
 */
export const generatedName = (target: ResourceTarget): string => `flowlog-${target.product}-${keyHash(target)}`;
