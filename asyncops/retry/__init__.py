"""The limits of calls: retries and their budget, rate, connections."""
