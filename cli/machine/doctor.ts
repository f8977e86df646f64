/** `dermflow doctor`: what is missing on this machine, which services answer. */
import { Command } from 'commander';
import pc from 'picocolors';
import { DermflowError, exitCodes } from '../../domain/failures.ts';
import { type Finding, machineChecks, serviceChecks } from '../../infra/doctor.ts';
import { findServices } from '../environment.ts';

export const doctorCommand = (): Command =>
  new Command('doctor')
    .description('what is missing on this machine, which services answer')
    .option('--json', 'as a JSON array')
    .action(doctor);

async function doctor({ json = false }: { json?: boolean }): Promise<void> {
  const { environment } = await findServices();
  const findings: Finding[] = [];
  for (const check of [...machineChecks(environment), ...serviceChecks(environment)]) {
    const finding = await check.run().then(
      (detail): Finding => ({ name: check.name, state: 'good', detail }),
      (error: unknown): Finding => ({
        name: check.name,
        state: check.optional ? 'absent' : 'missing',
        detail: error instanceof DermflowError || error instanceof Error ? error.message : String(error),
      }),
    );
    findings.push(finding);
    if (!json) console.log(`${marks[finding.state]} ${finding.name.padEnd(22)} ${finding.detail}`);
  }
  if (json) console.log(JSON.stringify(findings));
  if (findings.some(({ state }) => state === 'missing')) process.exitCode = exitCodes.unavailable;
}

const marks: Record<Finding['state'], string> = { good: pc.green('✓'), missing: pc.red('✗'), absent: pc.dim('·') };
