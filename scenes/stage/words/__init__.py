"""Words and mathematics: set by Typst, counted without trembling, in the letters of the lecture, line by line.

For whatever says something in a clip.
"""
