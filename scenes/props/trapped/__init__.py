"""Pieces of the clip `trapped` alone."""
