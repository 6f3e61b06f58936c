"""One call over HTTP, from the request to the model."""
