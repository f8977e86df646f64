/** Files in the folder of a run. The workflows are bundled by another process: the bundler's memory is not to be measured. */
export const workflowsFile = 'workflows.js';
export const importedFile = 'imported.json';
