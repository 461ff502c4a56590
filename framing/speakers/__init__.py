"""Who speaks in a sentence, and about whom."""
