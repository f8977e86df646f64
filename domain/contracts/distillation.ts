/** What a dual distillation needs beside DermCoT: a teacher's features, and the sets that its models are asked. */
import type { ArtifactRef } from '../artifact.ts';
import type { OpenEvaluation } from '../recipe/evaluation.ts';
import type { RecipeParts } from '../recipe/parts.ts';
import type { TeacherSettings } from '../recipe/teacher.ts';
import type { BenchmarkChoice, BenchmarkResult } from './benchmarks.ts';
import type { TeacherRef } from './training.ts';

/** The part of a recipe that decides a teacher's features. */
export type TeacherRecipe = Pick<RecipeParts, 'model' | 'distillation'> & { teacher: TeacherSettings };

/** On the machines that evaluate. */
export interface TeacherActivities {
  /** Opens the teacher and lets it encode one picture, so that a mistake in it is reported before anything is paid for. */
  openTeacher(input: { recipe: TeacherRecipe; dataset: ArtifactRef }): Promise<TeacherRef>;
  /** Features of the pictures of all rows, in the store; what is there already is not encoded again. */
  encodeTeacher(input: { recipe: TeacherRecipe; dermcot: ArtifactRef }): Promise<TeacherRef>;
}

/** The part of a recipe that decides what its classification sets ask. */
export type SetsRecipe = Pick<RecipeParts, 'seed' | 'prompts' | 'data'> & { evaluation: OpenEvaluation };

/** On cpu workers. */
export interface ClassificationActivities {
  /** The test cases of each set as open questions for their diagnosis: a benchmark each, in the order of the sources. */
  makeSets(input: { recipe: SetsRecipe; dataset: ArtifactRef }): Promise<Exclude<BenchmarkChoice, string>[]>;
  /** The same answers as narratives, scored by what is known of generated pictures. */
  scoreAnswersByDrawing(input: {
    recipe: Pick<RecipeParts, 'seed' | 'data' | 'narratives'>;
    evaluation: ArtifactRef;
    label: string;
    reader: BenchmarkResult['reader'];
  }): Promise<BenchmarkResult>;
}
