"""Measurements of nblabel. Not tests: they print tables and write JSON."""
