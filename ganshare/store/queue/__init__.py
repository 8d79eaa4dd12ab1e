"""The queue of jobs: submitting, claiming, leases, positions, pruning."""
