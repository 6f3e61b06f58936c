"""The Zoo half of the fake."""
