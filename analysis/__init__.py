"""analysis: labelled sentences to estimates, figures, tables and a paper."""
