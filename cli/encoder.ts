/** An image encoder of the user's own, for nearest neighbour and linear probe: its graph goes into the store. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { commitOnce } from '../activities/commit-once.ts';
import type { ArtifactStore } from '../activities/ports/artifact-store.ts';
import { digestOfFile } from '../activities/store/store.ts';
import { artifactFiles } from '../domain/artifact-files.ts';
import type { EvaluateModelsInput } from '../domain/contracts/benchmarks.ts';
import { userMistake } from '../domain/failures.ts';
import { encoderSettingsSchema } from '../domain/features/encoder.ts';
import { readGivenYaml } from '../domain/rows/given-yaml.ts';

/** `file` is relative to the settings; what is left out is that of most encoders. */
const describedSchema = encoderSettingsSchema.extend({
  file: z.string().min(1),
  name: z.string().min(1).max(60).optional(),
});

/**
 * Reads a graph (`.onnx`), or a file of YAML or JSON with its settings, and puts the graph with the files of its weights
 * into the store. Throws a user's mistake that names file and field.
 */
export async function storeEncoder(
  path: string,
  store: ArtifactStore,
): Promise<NonNullable<EvaluateModelsInput['encoder']>> {
  const { file, name, ...settings } = await readDescription(path);
  const graph = resolve(dirname(path), file);
  if (!graph.endsWith('.onnx'))
    throw userMistake(`${path}: file: ${file} is not an .onnx file; export the encoder to ONNX`);
  if (!(await stat(graph).catch(() => null))?.isFile()) {
    throw userMistake(
      path.endsWith('.onnx')
        ? `${path}: there is no such file`
        : `${path}: file: there is no ${file}; paths are relative to the settings`,
    );
  }
  const files = Object.fromEntries(
    await Promise.all(
      (await partsOf(graph)).map(async (part) => {
        const known = { sha256: await digestOfFile(part), bytes: (await stat(part)).size };
        return [basename(part), { path: part, known }] as const;
      }),
    ),
  );
  const digests = Object.fromEntries(Object.entries(files).map(([part, { known }]) => [part, known.sha256]));
  const params = { files: digests, settings };
  const artifact = await commitOnce(
    store,
    { kind: 'onnx', method: 'encoder-file/1', inputs: {}, params },
    async () => ({
      facts: { file: basename(graph) },
      files: { ...files, [artifactFiles.onnx.encoder.name]: JSON.stringify(settings) },
    }),
  );
  return { name: name ?? basename(graph, '.onnx'), artifact };
}

async function readDescription(path: string): Promise<z.infer<typeof describedSchema>> {
  if (path.endsWith('.onnx')) return describedSchema.parse({ file: basename(path) });
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw userMistake(
      `${path}: cannot be read (${String(error)}); give an .onnx file or a file of its settings`,
      error,
    );
  });
  const read = readGivenYaml(text, path);
  // PyTorch's weights often pass as YAML: one long text.
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    throw userMistake(
      `${path}: holds no settings; give an encoder exported to ONNX (.onnx), or a file of its settings (file: x.onnx, side: 224, …)`,
    );
  }
  const result = describedSchema.safeParse(read);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw userMistake(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'is not valid'}`);
}

/** Large graphs have their weights beside them, in files whose names begin with theirs: `x.onnx_data`, `x.onnx.data`. */
async function partsOf(graph: string): Promise<string[]> {
  const name = basename(graph);
  const beside = (await readdir(dirname(graph))).filter(
    (other) => /^[._]data/.test(other.slice(name.length)) && other.startsWith(name),
  );
  return [graph, ...beside.toSorted().map((other) => join(dirname(graph), other))];
}
