"""The Chainloop half of the fake."""
