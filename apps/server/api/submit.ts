import { breathe, maxCommands, type Outcome, parseSubmission, type Submission, tooManyCommands } from '#commands';
import { type Actor, Refusal, type RefusalCode } from '#domain';
import { type Problem, toProblem, toRefusal } from '../http/errors.js';
import type { Register } from '../register/register.js';

/** Once this many faults of a batch have been reported, only the first fault of each further command is. */
const mostProblems = 500;

/** The result of one command of a batch. */
export type ItemResult = ({ status: 'recorded' | 'repeated' } & Outcome) | { status: 'refused'; problem: Problem };

export type BatchResult = { recorded: number; repeated: number; refused: number; results: ItemResult[] };

/** Checks and executes one command from untrusted JSON. Throws a Refusal. */
export function submitOne(register: Register, body: unknown, actor: Actor): Promise<Outcome> {
  return register.commands.handle(parseSubmission(body), actor);
}

/** Executes up to 1,000 commands: one by one, in order; or (`atomic`) all or none. Results are in the order of the commands. */
export async function submit(
  register: Register,
  bodies: unknown[],
  actor: Actor,
  atomic: boolean,
): Promise<BatchResult> {
  if (bodies.length === 0) throw new Refusal('EMPTY_APPEND', 'The list of commands is empty.');
  if (bodies.length > maxCommands) throw tooManyCommands();
  const parsed: (Submission | Refusal)[] = [];
  let told = 0;
  for (const body of bodies) {
    if (parsed.length > 0) await breathe();
    const submission = parse(body, told < mostProblems);
    if (submission instanceof Refusal) told += submission.details.problems?.length ?? 1;
    parsed.push(submission);
  }
  const results = atomic ? await all(register, parsed, actor) : await each(register, parsed, actor);
  const count = (status: ItemResult['status']) => results.filter((result) => result.status === status).length;
  return { recorded: count('recorded'), repeated: count('repeated'), refused: count('refused'), results };
}

function parse(body: unknown, tellsAll: boolean): Submission | Refusal {
  try {
    return parseSubmission(body, tellsAll);
  } catch (error) {
    return toRefusal(error, 'reading a command');
  }
}

/** Executes commands in the order in which they were sent: one may build on the one before it. */
async function each(register: Register, parsed: (Submission | Refusal)[], actor: Actor): Promise<ItemResult[]> {
  const results: ItemResult[] = [];
  for (const submission of parsed) {
    if (results.length > 0) await breathe();
    results.push(submission instanceof Refusal ? refused(submission) : await attempt(register, submission, actor));
  }
  return results;
}

async function attempt(register: Register, submission: Submission, actor: Actor): Promise<ItemResult> {
  try {
    return done(await register.commands.handle(submission, actor));
  } catch (error) {
    return refused(toRefusal(error, submission.command.type));
  }
}

async function all(register: Register, parsed: (Submission | Refusal)[], actor: Actor): Promise<ItemResult[]> {
  const unreadable = parsed.map((submission) => (submission instanceof Refusal ? submission : undefined));
  if (unreadable.some((refusal) => refusal !== undefined))
    return unreadable.map((refusal) => refused(refusal ?? notDone()));
  const result = await register.commands.handleAll(parsed as Submission[], actor);
  if ('outcomes' in result) return result.outcomes.map(done);
  return parsed.map((_, i) => refused(result.refused.get(i) ?? notDone()));
}

const done = (outcome: Outcome): ItemResult => ({ status: outcome.repeated ? 'repeated' : 'recorded', ...outcome });
const refused = (refusal: Refusal): ItemResult => ({ status: 'refused', problem: toProblem(refusal) });
const notDone = () => new Refusal('ALL_OR_NOTHING' satisfies RefusalCode);
