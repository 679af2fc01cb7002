"""Years of the whole portal in one process and in simulated time (docs/simulation.md)."""
