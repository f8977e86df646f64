/** Name of the bundled workflows in the folder of a run: the bundler's memory is not to be measured. */
export const workflowsFile = 'workflows.js';
