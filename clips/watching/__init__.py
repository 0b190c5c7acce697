"""Rendering on every save: what was saved, what it makes stale, the newest wish first.

For `render.py watch`.
"""
