"""The main finding under every reasonable choice."""
