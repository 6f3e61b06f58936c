"""A first draft of a service, from an OpenAPI description."""
