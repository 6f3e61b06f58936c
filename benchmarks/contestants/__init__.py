"""What runs in a worker: one function a contestant, each with a client of its own."""
