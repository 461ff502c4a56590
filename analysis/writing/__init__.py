"""The manuscript: numbers, words and templates."""
