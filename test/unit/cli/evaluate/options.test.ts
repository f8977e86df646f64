import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { evaluateCommand } from '../../../../cli/evaluate/evaluate.ts';

/** Names and options with which a line calls the command, or the one below it. */
async function called(line: string): Promise<{ names: unknown; options: Record<string, unknown> }> {
  const evaluate = evaluateCommand();
  const [, verb = ''] = line.split(' ');
  const command = evaluate.commands.find((own) => own.name() === verb) ?? evaluate;
  let found: Awaited<ReturnType<typeof called>> | undefined;
  command.action((...given) => {
    found = { names: given.slice(0, -2), options: command.opts() };
  });
  await new Command('dermflow')
    .enablePositionalOptions()
    .addCommand(evaluate)
    .parseAsync(line.split(' '), { from: 'user' });
  if (!found) throw new RangeError(`nothing was called by ${line}`);
  return found;
}

describe('options of dermflow evaluate', () => {
  it.each([
    ['evaluate a b --benchmark ddx --json', [['a', 'b']], { benchmark: ['ddx'], json: true }],
    ['evaluate --benchmark ddx a --limit 5', [['a']], { benchmark: ['ddx'], limit: 5 }],
    ['evaluate report a b --benchmark ddx --json', [['a', 'b']], { benchmark: 'ddx', json: true }],
    ['evaluate report --benchmark ddx --out f --port 80', [[]], { benchmark: 'ddx', out: 'f', port: 80 }],
    [
      'evaluate compare a b --benchmark ddx --reader lenient --limit 5 --json',
      ['a', 'b'],
      { benchmark: 'ddx', reader: 'lenient', limit: '5', json: true },
    ],
  ])('%s', async (line, names, options) => {
    const found = await called(line);
    expect(found.names).toEqual(names);
    expect(found.options).toMatchObject(options);
  });
});
