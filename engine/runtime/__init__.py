"""What the engine computes with: number formats and threads, decided once for every command."""
