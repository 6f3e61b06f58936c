"""Single steps of a call, measured with pytest-benchmark."""
