"""What every described service promises, as tests."""
