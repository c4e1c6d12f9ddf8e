"""Training: loading encoded rows, the epoch loop, checkpoints, evaluation."""
