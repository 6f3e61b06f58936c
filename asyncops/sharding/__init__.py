"""Cut a listing into shards, and read one of them."""
