/** Whose features of the pictures a distillation learns from: an image encoder as an ONNX graph. */
import { z } from 'zod';
import { artifactRefSchema } from '../artifact.ts';
import { featureForms } from '../features/encoder.ts';

/** An encoder in the store. */
const storedEncoderSchema = z.strictObject({ name: z.string().min(1).max(100), artifact: artifactRefSchema });

/** The vision tower of the tiny model, which ships with Dermflow. */
export const shippedTeacher = 'shipped';

export const teacherSchema = z.strictObject({
  /**
   * `shipped`; or an `.onnx` file, or a file of an encoder's settings as `--encoder` takes it, on the machine that starts
   * the run, which puts the encoder into the store and its reference here.
   */
  encoder: z.union([z.string().min(1), storedEncoderSchema], {
    error: 'expected "shipped", an .onnx file, or a file of an encoder\'s settings',
  }),
  /** `patches`: a row for each patch of the picture. `pooled`: one for the whole. */
  form: z.enum(featureForms).default('patches'),
});
export type TeacherSettings = z.infer<typeof teacherSchema>;
