"""Dual distillation: adapters beside a frozen model, one of them taught by the features of another image encoder."""
