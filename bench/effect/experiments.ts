/** Further experiments on what a distillation adds: changes of the demo's recipe, by what they ask. */
import { userMistake } from '../../domain/failures.ts';

/**
 * `labels`: narratives of a quarter of the cases; each epoch has a quarter of the steps, so that there are more of them.
 * `pooled`: one row of features per picture in place of patches. `teacher`: another one, which the command line names.
 */
const experiments = {
  labels: [
    ...['narratives.cases=100', 'narratives.keep.top=80', 'certified.cases=20'],
    ...['distillation.epochs=40', 'distillation.dermcotEpochs=40'],
  ],
  pooled: ['teacher.form=pooled'],
  teacher: [],
} as const satisfies Record<string, readonly string[]>;
type Experiment = keyof typeof experiments;

export interface Further {
  name: Experiment;
  /** As `--set` takes them. */
  changes: readonly string[];
}

/**
 * @param name `none`: no experiment
 * @param teacher file of an image encoder (.onnx, or its settings in YAML), which knows what the student does not
 */
export function readFurther(name: string, teacher: string | undefined): Further | null {
  if (teacher !== undefined && name !== 'teacher')
    throw userMistake('--teacher: is for --further teacher; leave it out');
  if (name === 'none') return null;
  const names = Object.keys(experiments) as Experiment[]; // of a literal: its keys and no others
  const found = names.find((each) => each === name);
  if (!found) throw userMistake(`--further ${name}: expected ${names.join(', ')} or none`);
  if (found !== 'teacher') return { name: found, changes: experiments[found] };
  if (teacher === undefined) throw userMistake('--further teacher: give --teacher FILE, an image encoder as ONNX');
  return { name: found, changes: [`teacher.encoder=${JSON.stringify(teacher)}`] };
}
