"""The services, a package each: models, listings, client."""
