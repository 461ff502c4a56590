"""From labels to the estimates table."""
