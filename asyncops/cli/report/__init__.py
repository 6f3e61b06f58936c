"""Pictures of operations, drawn without a screen: the same data give the same bytes."""
