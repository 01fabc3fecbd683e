import type { Action } from '../action.js';
import { getCallerIdentity } from './get-caller-identity.js';

/** The actions of STS. */
export const stsActions: readonly Action[] = [getCallerIdentity];
