"""From arrays to pixels: boxes of the frame, colours, curves, pictures, the camera, fades, balls and arrows.

For every piece of furniture; it knows no words and no axes.
"""
