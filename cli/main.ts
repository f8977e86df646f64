/** The `dermflow` command. A mistake is one line on stderr and an exit code of domain/failures.ts. */
import { Command, CommanderError } from 'commander';
import { exitCodes } from '../domain/failures.ts';
import { cancelCommand } from './cancel.ts';
import { dataCommand } from './data.ts';
import { doctorCommand } from './doctor.ts';
import { explainError } from './errors.ts';
import { listCommand } from './list.ts';
import { planCommand } from './plan.ts';
import { reportCommand } from './report.ts';
import { resumeCommand } from './resume.ts';
import { runCommand } from './run.ts';
import { scoreCommand } from './score.ts';
import { startCommand } from './start.ts';
import { statusCommand } from './status.ts';
import { upCommand } from './up.ts';
import { watchCommand } from './watch.ts';

const verbs = [
  startCommand(),
  upCommand(),
  planCommand(),
  runCommand(),
  watchCommand(),
  statusCommand(),
  listCommand(),
  resumeCommand(),
  cancelCommand(),
  reportCommand(),
  dataCommand(),
  scoreCommand(),
  doctorCommand(),
];

const program = new Command('dermflow')
  .description('Durable post-training of reasoning dermatology vision-language models')
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 the run failed, 2 a mistake in what you gave, 3 a service or resource is not there.',
  );
for (const verb of verbs) program.addCommand(verb);
const subcommands = verbs.flatMap((verb) => verb.commands);
for (const command of [program, ...verbs, ...subcommands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.userMistake;
  else process.exitCode = explainError(error, process.argv.includes('--json'));
}
// Connections of native libraries must not keep a finished command alive.
process.exit();
