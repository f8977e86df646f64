"""Dermflow's gradient engine: reads one job, writes JSON lines. Knows nothing of prompts, rewards or S3."""
