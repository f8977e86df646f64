/** The folders of one attempt at a job, and the files in them. */
import { join } from 'node:path';

/** Paths of one attempt. */
export interface JobFolders {
  /** Before the end of its plan the trainer waits for the next stretch. */
  stay: boolean;
  model: string;
  output: string;
  /** What the trainer reads, see {@link inputPaths}. */
  inputs: string;
  adapter: string | null;
  resume: string | null;
}

/** Rows for training and validation, their images, and the adapter to begin with. */
export const inputPaths = (folder: string) => ({
  rows: join(folder, 'rows.jsonl'),
  validation: join(folder, 'validation.jsonl'),
  images: join(folder, 'images'),
  adapter: join(folder, 'adapter'),
});

/** Paths of a job's rows and their images. */
export const rowsInput = ({ inputs }: JobFolders, name: 'rows' | 'validation') => {
  const paths = inputPaths(inputs);
  return { rows: paths[name], images: paths.images };
};
