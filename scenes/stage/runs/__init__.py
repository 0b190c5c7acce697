"""Several runs at once: the two rules that the lecture compares, on a surface and its map, in step.

For clips that tell one run beside another.
"""
