"""How fast asyncops is, next to others. Run ``python -m benchmarks`` from a clone."""
