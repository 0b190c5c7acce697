"""One clip with many values: the variants, their grid in one video, the table of their numbers.

For `render.py sweep`.
"""
