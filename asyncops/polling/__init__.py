"""Waiting for operations and watching them: polls on a schedule, and the changes between them."""
