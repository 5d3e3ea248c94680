import { type Actor, type Command, operator, streamOf } from './command.js';
import { Refusal } from './refusal.js';

/** All that an integrator, a machine of the city, may do. */
const forIntegrators = new Set<Command['type']>(['RecordHumanOverride', 'ReportOversightFigures']);

/** Throws ROLE_MAY_NOT for who may write nothing at all. */
export function refuseReader({ role }: Actor): void {
  if (role === 'auditor') throw new Refusal('ROLE_MAY_NOT', 'An auditor reads and does not write.');
}

/**
 * Throws ROLE_MAY_NOT for what an actor may not do whatever the register holds. It is asked before anything else: who may not
 * write is not told what was written.
 */
export function refuseWithoutRight(command: Command, actor: Actor): void {
  refuseReader(actor);
  if (streamOf(command) === command.organisation) refuseWithoutRightOnOrganisation(command, actor);
  else refuseWithoutRightOnSystem(command, actor);
}

/** Registering and closing is the operator's; the rest also the organisation's own administrator's. */
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
  // Both sides must have agreed.
  if (command.type === 'DescribeSystem' && command.data.transferTo && organisation !== operator)
    throw new Refusal('ROLE_MAY_NOT', 'Only the operator of the register hands a system to another organisation.', {
      path: '/data/transferTo',
    });
}
