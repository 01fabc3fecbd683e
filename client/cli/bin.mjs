#!/usr/bin/env node
// The command runs from its TypeScript sources: tsx is registered in this process, nothing is built first.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
