"""The same documents under each degradation and strength; ``python -m benchmarks.stress``."""
