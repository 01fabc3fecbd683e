import type { Action } from '../action.js';
import { assumeRole } from './assume-role.js';
import { getCallerIdentity } from './get-caller-identity.js';

/** The actions of STS. */
export const stsActions: readonly Action[] = [assumeRole, getCallerIdentity];
