import type { Action } from '../action.js';
import { describeNetworkInterfaces } from './describe-network-interfaces.js';

/** The actions of ECS. */
export const ecsActions: readonly Action[] = [describeNetworkInterfaces];
