"""Figures: from the estimates to tidy frames, and from these to ink."""
