"""Windows: listings that the service filters by creation time, walked in ranges of it."""
