import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { accountCommand } from './account.js';
import { alertCommand } from './alert.js';
import { applyCommand } from './apply.js';
import { approveCommand } from './approve.js';
import { asyncapiCommand } from './asyncapi.js';
import { auditCommand } from './audit.js';
import { backupCommand, restoreCommand } from './backup.js';
import { bulletinCommand } from './bulletin.js';
import { claimsCommand } from './claims.js';
import { contentImportCommand } from './content-import.js';
import { exportCommand } from './export.js';
import { gatewayCommand } from './gateway.js';
import { keyCommand } from './key.js';
import { measureCommand } from './measure.js';
import { planCommand } from './plan.js';
import { schemasCommand } from './schemas.js';
import { sitesCommand } from './sites.js';
import { stopCommand } from './stop.js';
import { validateCommand } from './validate.js';

/** What the gateway brings to the command line. */
export const commands: readonly CommandSpec[] = [
  gatewayCommand,
  validateCommand,
  contentImportCommand,
  planCommand,
  applyCommand,
  exportCommand,
  bulletinCommand,
  sitesCommand,
  schemasCommand,
  asyncapiCommand,
  keyCommand,
  alertCommand,
  approveCommand,
  stopCommand,
  claimsCommand,
  accountCommand,
  auditCommand,
  backupCommand,
  restoreCommand,
  measureCommand,
];
