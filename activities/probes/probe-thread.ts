/** Entry of the worker thread that compares and fits: minutes of arithmetic, which would hold up heartbeats. */
import { parentPort } from 'node:worker_threads';
import { fitLogistic, probabilitiesOf } from '../../domain/probes/logistic.ts';
import { type Matrix, scalingOf, standardise } from '../../domain/probes/matrix.ts';
import { nearestByClass } from '../../domain/probes/nearest.ts';
import { replyWith } from '../thread.ts';

export interface ProbeRequest {
  training: Matrix;
  /** Of each training row, from 0. */
  classOf: Int32Array;
  classes: number;
  asked: Matrix;
  l2: number;
}

/** What each probe says of each class, `[asked, classes]`. */
export interface ClassScores {
  nearest: Float32Array;
  linear: Float32Array;
  converged: boolean;
}

const port = parentPort;
if (!port) throw new Error('probe-thread.ts runs as a worker thread');

port.on('message', async ({ training, classOf, classes, asked, l2 }: ProbeRequest) => {
  port.postMessage(
    await replyWith(async (): Promise<ClassScores> => {
      // First, since it compares the features as they are; then they are standardised in place.
      const nearest = nearestByClass(training, classOf, classes, asked);
      const scaling = scalingOf(training);
      standardise(training, scaling);
      standardise(asked, scaling);
      const model = fitLogistic(training, classOf, classes, { l2 });
      return { nearest, linear: probabilitiesOf(model, asked), converged: model.converged };
    }),
  );
});
