"""Coding by people: samples, sheets, the page to code on, agreement, gold."""
