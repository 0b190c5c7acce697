"""Maps of objectives of two variables, true to scale where it counts, and the vectors on them.

For clips in which something moves over a map.
"""
