"""The base model of a job: where it comes from, what it is made of, how it is cut in shards."""
