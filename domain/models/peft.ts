/** An adapter's folder as PEFT saves and loads it: ours, and those that a user gives. */
export const peftFiles = { weights: 'adapter_model.safetensors', config: 'adapter_config.json' } as const;

/** A file of the policy's adapter in a full trainer state; neither the optimiser's nor the reference's, which has a folder. */
export const isAdapterFile = (name: string): boolean => /^adapter_[^/]+$/.test(name);

/** Whether the configuration beside some weights says that they are a distillation's, which no library but Dermflow's loads. */
export const isDistilled = ({ adapter_type: type }: { adapter_type?: unknown }): boolean =>
  type === 'dermflow-distillation';
