/** What is made of a trained model: graphs, a merged model, an encoder. */
import { z } from 'zod';
import { commonSchema, path } from './common.ts';

/** Export to ONNX with the adapter unmerged, one vision graph for each image grid (in 14-pixel patches). */
export const exportOnnxJobSchema = z.strictObject({
  ...commonSchema,
  job: z.literal('export-onnx'),
  adapter: path.nullable(),
  /** [height, width] in pixels of every image size that will be asked for. */
  imageSizes: z.array(z.tuple([z.int().positive(), z.int().positive()])).min(1),
});
export type ExportOnnxJob = z.infer<typeof exportOnnxJobSchema>;

/** A model of its own out of base and adapter, in `output`, its weights in `precision`. */
export const mergeJobSchema = z.strictObject({ ...commonSchema, job: z.literal('merge'), adapter: path });
export type MergeJob = z.infer<typeof mergeJobSchema>;

/** Export of the vision tower as an encoder of square pictures: `encoder.onnx`, and its settings as `encoder.json`. */
const encoderJob = { job: z.literal('export-encoder'), side: z.int().positive() };
export const exportEncoderJobSchema = z.strictObject({ ...commonSchema, ...encoderJob });
export type ExportEncoderJob = z.infer<typeof exportEncoderJobSchema>;
