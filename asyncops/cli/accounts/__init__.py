"""Accounts of the command line: profiles, tokens in the keyring, and reaching their services."""
