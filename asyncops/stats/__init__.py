"""Statistics over operations: durations, throughput, summaries."""
