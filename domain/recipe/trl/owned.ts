/** Fields of TRL's configurations that `sft.trl` and `grpo.trl` may not set: what is set in their place, or why none is. */

/** A reason and the fields that it holds for. A field's place in the recipe is beside `trl` where nothing else is said. */
type Owned = readonly (readonly [reason: string, fields: string])[];

const common: Owned = [
  ['set learningRate', 'learning_rate'],
  ['set warmupRatio', 'warmup_steps'],
  ['set weightDecay', 'weight_decay'],
  ['set maxGradNorm', 'max_grad_norm'],
  ['set perDeviceBatchSize', 'per_device_train_batch_size auto_find_batch_size'],
  [
    'set gradientCheckpointing; how it recomputes is fixed, since re-entrant checkpoints lose the gradients of an adapter',
    'gradient_checkpointing gradient_checkpointing_kwargs activation_checkpointing activation_checkpointing_kwargs',
  ],
  ['set seed, at the top of the recipe', 'seed data_seed'],
  ['set model.precision', 'bf16 fp16 bf16_full_eval fp16_full_eval'],
  ['set model.base; the trainer loads it by one path for every stage', 'model_init_kwargs trust_remote_code use_cache'],
  [
    'set saveEvery; a checkpoint is a whole state at the end of a step, and the store keeps it',
    'save_strategy save_steps save_only_model save_on_each_node save_total_limit enable_jit_checkpoint output_dir',
  ],
  [
    'Dermflow resumes by its own checkpoints, exactly',
    'resume_from_checkpoint ignore_data_skip restore_callback_states_from_checkpoint full_determinism',
  ],
  [
    'every step is logged; DERMFLOW_TRAINER_TRACKING of the gpu worker names other trackers',
    'logging_strategy logging_steps logging_first_step logging_nan_inf_filter log_on_each_node log_level log_level_replica disable_tqdm report_to run_name project trackio_space_id trackio_bucket_id trackio_static_space_id include_num_input_tokens_seen',
  ],
  [
    'what is validated when is decided by the stage',
    'do_train do_eval do_predict eval_strategy eval_steps eval_delay eval_on_start eval_do_concat_batches eval_use_gather_object eval_accumulation_steps per_device_eval_batch_size prediction_loss_only include_for_metrics batch_eval_metrics load_best_model_at_end metric_for_best_model greater_is_better label_names',
  ],
  [
    'the order of rows is a function of seed, epoch and position, so that a resume is exact',
    'shuffle_dataset train_sampling_strategy length_column_name accelerator_config dataloader_drop_last dataloader_num_workers dataloader_persistent_workers dataloader_prefetch_factor dataloader_multiprocessing_context dataloader_in_order remove_unused_columns',
  ],
  [
    'where a trainer runs is the environment of the gpu worker: DERMFLOW_TRAINER_SHARDING, DERMFLOW_TRAINER_PROCESSES and the others of docs/training.md',
    'use_cpu parallelism_config fsdp fsdp_config deepspeed local_rank ddp_find_unused_parameters ddp_bucket_cap_mb ddp_broadcast_buffers ddp_static_graph ddp_backend ddp_timeout',
  ],
  [
    'a compiled model chooses its kernels in each process, so that no resume would be exact',
    'torch_compile torch_compile_backend torch_compile_mode',
  ],
  [
    'nothing is uploaded from the trainer; push the exported folder',
    'push_to_hub hub_token hub_private_repo hub_model_id hub_strategy hub_always_push hub_revision',
  ],
  ["it is for finding errors in TRL's own loop", 'debug skip_memory_metrics'],
];

const sft: Owned = [
  ['set sft.epochs', 'num_train_epochs max_steps'],
  ['set batchSize and perDeviceBatchSize', 'gradient_accumulation_steps'],
  [
    'a row is never cut, which could cut it between its image tokens; set data.maxPixels for smaller images',
    'max_length truncation_mode',
  ],
  ['TRL packs no rows with images', 'packing packing_strategy padding_free eval_packing'],
  [
    'rows come ready, by the templates of the base model, which evaluation uses too',
    'chat_template_path dataset_text_field dataset_kwargs dataset_num_proc eos_token pad_token',
  ],
];

const grpo: Owned = [
  ['set grpo.steps and grpo.milestones', 'num_train_epochs max_steps'],
  [
    'set promptsPerStep and perDeviceBatchSize; each generation is one optimiser step, so that no checkpoint falls between completions and their use',
    'gradient_accumulation_steps generation_batch_size steps_per_generation',
  ],
  ['set generations', 'num_generations num_generations_eval'],
  ['set temperature', 'temperature'],
  ['set beta', 'beta'],
  ['set epsilon', 'epsilon'],
  ['set klGradient', 'use_bias_correction_kl'],
  ['set maxCompletionLength', 'max_completion_length'],
  [
    'set rollouts; address, memory and length of vLLM are the environment of the gpu worker (docs/training.md)',
    'use_vllm vllm_mode vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout vllm_group_port vllm_gpu_memory_utilization vllm_max_model_length vllm_tensor_parallel_size vllm_enable_sleep_mode ds3_gather_for_generation',
  ],
  [
    'special tokens are kept out of completions by it; top_p, top_k, min_p and repetition_penalty are fields of their own',
    'generation_kwargs',
  ],
  ['the prompts are those of training, evaluation and validation alike', 'chat_template_kwargs'],
  [
    'KL is to one policy through all stretches, and no checkpoint holds another reference',
    'sync_ref_model ref_model_mixup_alpha ref_model_sync_steps',
  ],
  [
    'TRL batches continuously for models without images alone',
    'use_transformers_continuous_batching transformers_continuous_batching_config use_transformers_paged',
  ],
  [
    'completions are kept in samples.jsonl',
    'log_completions log_multimodal num_completions_to_print log_unique_prompts log_completions_hub_repo',
  ],
  ['no tools are called', 'max_tool_calling_iterations'],
  ['TRL calls it vllm_importance_sampling_clip_max', 'vllm_importance_sampling_cap'],
  [
    'a policy with noise or smoothing would differ from its own reference',
    'neftune_noise_alpha label_smoothing_factor',
  ],
];

/** Some choices of a field that is passed on would break what Dermflow promises. */
export const ownedChoices: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lr_scheduler_type: Object.fromEntries(
    ['reduce_lr_on_plateau', 'greedy'].map((name) => [name, 'it needs a validation between the steps of a stretch']),
  ),
  optim: {
    ...Object.fromEntries(
      'lomo adalomo galore_adamw_layerwise galore_adamw_8bit_layerwise galore_adafactor_layerwise apollo_adamw_layerwise'
        .split(' ')
        .map((name) => [name, 'it steps inside the backward pass and keeps its state where no checkpoint holds it']),
    ),
    ...Object.fromEntries(
      'schedule_free_radam schedule_free_adamw schedule_free_sgd'
        .split(' ')
        .map((name) => [
          name,
          'while it trains the weights are other ones than those to answer by, and would be saved',
        ]),
    ),
  },
};

const reasonByField = (owned: Owned): ReadonlyMap<string, string> =>
  new Map(owned.flatMap(([reason, fields]) => fields.split(' ').map((field) => [field, reason] as const)));

/** By field of each configuration. */
export const ownedFields = {
  sft: reasonByField([...common, ...sft]),
  grpo: reasonByField([...common, ...grpo]),
} as const;
