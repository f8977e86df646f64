/** The `dermflow` command. A mistake is one line on stderr and an exit code of domain/failures.ts. */
import { Command, CommanderError } from 'commander';
import { exitCodes } from '../domain/failures.ts';
import { useProxies } from '../platform/proxy.ts';
import { useOwnHome } from '../platform/user.ts';

/** In the order of the help. Only what was asked for is loaded: the clients of services take a second. */
const loaders: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./start/start.ts')).startCommand(),
  up: async () => (await import('./machine/up.ts')).upCommand(),
  plan: async () => (await import('./start/plan.ts')).planCommand(),
  run: async () => (await import('./start/run.ts')).runCommand(),
  watch: async () => (await import('./follow/watch.ts')).watchCommand(),
  status: async () => (await import('./follow/status.ts')).statusCommand(),
  list: async () => (await import('./follow/list.ts')).listCommand(),
  resume: async () => (await import('./steer/resume.ts')).resumeCommand(),
  cancel: async () => (await import('./steer/cancel.ts')).cancelCommand(),
  review: async () => (await import('./review/review.ts')).reviewCommand(),
  report: async () => (await import('./follow/report.ts')).reportCommand(),
  evaluate: async () => (await import('./evaluate/evaluate.ts')).evaluateCommand(),
  export: async () => (await import('./export/export.ts')).exportCommand(),
  schedule: async () => (await import('./nights/schedule.ts')).scheduleCommand(),
  leaderboard: async () => (await import('./evaluate/leaderboard.ts')).leaderboardCommand(),
  ablate: async () => (await import('./ablate/ablate.ts')).ablateCommand(),
  data: async () => (await import('./data/data.ts')).dataCommand(),
  score: async () => (await import('./data/score.ts')).scoreCommand(),
  doctor: async () => (await import('./machine/doctor.ts')).doctorCommand(),
};
const asked = Object.entries(loaders).filter(([name]) => name === process.argv[2]);
const verbs = await Promise.all((asked.length > 0 ? asked : Object.entries(loaders)).map(([, load]) => load()));

const program = new Command('dermflow')
  .description('Durable post-training of reasoning dermatology vision-language models')
  .configureHelp({ sortSubcommands: false })
  // What follows a verb is the verb's: `evaluate compare` has options that `evaluate` has too.
  .enablePositionalOptions()
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 the run failed, 2 a mistake in what you gave, 3 a service or resource is not there.',
  );
for (const verb of verbs) program.addCommand(verb);
const subcommands = verbs.flatMap((verb) => verb.commands);
for (const command of [program, ...verbs, ...subcommands]) command.exitOverride();
program.hook('preAction', () => {
  useProxies();
  useOwnHome();
});

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(); // the reader, e.g. head, has seen enough
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.userMistake;
  else process.exitCode = (await import('./errors.ts')).explainError(error, process.argv.includes('--json'));
}
// What a pipe has not taken yet would be lost.
await new Promise<void>((written) => process.stdout.write('', () => written()));
// Connections of native libraries must not keep a finished command alive.
process.exit();
