"""The command line, a module for each kind of command; `render.py` puts them together."""
