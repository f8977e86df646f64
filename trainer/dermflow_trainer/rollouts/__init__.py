"""Which prompts a step of GRPO takes, and when its completions are drawn again."""
