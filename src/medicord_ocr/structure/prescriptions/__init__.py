"""Prescribed drugs: tables and lists, names, and the grammar of directions."""
