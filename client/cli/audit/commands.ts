import type { Command } from 'commander';
import type { Session } from '../session.js';
import { addExportCommand } from './export.js';
import { addProofCommands } from './proof.js';
import { addShowCommand } from './show.js';

/** `audit`: what the ledger holds, whether it is whole, and ways to take it elsewhere. */
export function addAuditCommands(program: Command, session: Session): void {
  const audit = program
    .command('audit')
    .description(
      'the ledger: what was asked, sent and answered (its database: DATABASE_URL, else a running `npm start`)',
    );
  addShowCommand(audit, session);
  addProofCommands(audit, session);
  addExportCommand(audit, session);
}
