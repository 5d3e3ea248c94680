import { type Actor, type Command, operator, streamOf } from './command.js';
import { Refusal } from './refusal.js';
import { commandWithin, isWordCommand } from './word-commands.js';

/** The only commands that an integrator, a machine of the city, may send. */
const forIntegrators = new Set<Command['type']>(['RecordHumanOverride', 'ReportOversightFigures']);

/** Throws ROLE_MAY_NOT for a role that may not write at all. */
export function refuseReader({ role }: Actor): void {
  if (role === 'auditor') throw new Refusal('ROLE_MAY_NOT', 'An auditor reads and does not write.');
}

/**
 * Throws ROLE_MAY_NOT for a command that the actor may never send, whatever the register holds. Checked before anything else, so that an
 * actor without the right to write does not learn what was written. Who may record an event may also correct and retract it.
 */
export function refuseWithoutRight(command: Command, actor: Actor): void {
  refuseReader(actor);
  const within = isWordCommand(command) ? commandWithin(command) : undefined;
  if (within) return refuseWithoutRight(within, actor);
  if (streamOf(command) === command.organisation) refuseWithoutRightOnOrganisation(command, actor);
  else refuseWithoutRightOnSystem(command, actor);
}

/** Only the operator's administrator registers and closes organisations; an organisation's own administrator may do the rest. */
function refuseWithoutRightOnOrganisation({ type }: Command, { role, organisation }: Actor): void {
  if (role !== 'administrator')
    throw new Refusal('ROLE_MAY_NOT', `Only an administrator may do ${type}; this key is of role ${role}.`);
  if (organisation !== operator && (type === 'RegisterOrganisation' || type === 'CloseOrganisation'))
    throw new Refusal('ROLE_MAY_NOT', `Only the operator of the register may do ${type}.`);
}

function refuseWithoutRightOnSystem(command: Command, { role, organisation }: Actor): void {
  if (role === 'integrator' && !forIntegrators.has(command.type))
    throw new Refusal(
      'ROLE_MAY_NOT',
      `An integrator may record overrides and report oversight figures, not ${command.type}.`,
    );
  if (command.type === 'ErasePayload' && role !== 'administrator')
    throw new Refusal('ROLE_MAY_NOT', 'Only an administrator may erase.');
  // Both organisations must have agreed, so only the operator transfers a system.
  if (command.type === 'DescribeSystem' && command.data.transferTo && organisation !== operator)
    throw new Refusal('ROLE_MAY_NOT', 'Only the operator of the register hands a system to another organisation.', {
      path: '/data/transferTo',
    });
}
