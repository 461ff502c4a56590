"""From scraped pages to articles."""
