"""How models learn from coded sentences."""
