"""The fake server: sockets, requests, faults, and the rows that it serves."""
