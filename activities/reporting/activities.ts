/** The report stage, on cpu workers: an activity for each method's report; one that is missing does not compile. */
import type { ReportActivities } from '../../domain/contracts/report.ts';
import { skinR1Report } from './skin-r1/report.ts';
import { skinGptR1Report } from './skingpt-r1/report.ts';
import { type ReportDependencies, writing } from './writer.ts';

export const createReportActivities = (dependencies: ReportDependencies): ReportActivities => ({
  writeReport: writing(skinR1Report, dependencies),
  writeNarrativeReport: writing(skinGptR1Report, dependencies),
});
