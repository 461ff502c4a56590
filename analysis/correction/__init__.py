"""Estimates that people's codes correct for the errors of the labels."""
