/** What the orchestrator's worker does for nights. */
import { Context } from '@temporalio/activity';
import type { NightActivities } from '../../domain/nights/nightly.ts';
import type { Environment } from '../../platform/env.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { byRules, type Judge } from './anchors.ts';
import { findMilestone } from './milestone.ts';
import { recordNight } from './record-night.ts';
import { callWebhook } from './webhook.ts';

interface NightDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'webhookSecret' | 'scratch'>;
  /** By default the benchmarks' own rules. */
  judge?: Judge;
}

export function createNightActivities({ store, environment, judge = byRules }: NightDependencies): NightActivities {
  return {
    findMilestone: ({ run }) => findMilestone(store, Context.current().client, run),
    recordNight: (input) => {
      const { namespace, workflowExecution } = Context.current().info;
      const workflow = workflowExecution?.workflowId ?? 'none';
      const { scratch } = environment;
      return recordNight(input, { store, scratch, judge, namespace, workflow, judgedAt: new Date().toISOString() });
    },
    callWebhook: (input) => callWebhook(input, environment.webhookSecret),
  };
}
