"""What a recipe sets beyond the paper: what is trained, fields of TRL, validation."""
