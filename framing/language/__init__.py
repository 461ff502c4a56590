"""Indonesian sentences, words and phrases."""
