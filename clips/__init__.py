"""How clips are made: from a wish on the command line to files that a lecturer takes away.

    catalogue   which clips there are, their parameters, what they claim
    profile     how a clip comes out: size, frame rate, theme, aspect, format
    work        one clip, one process: run the scene, return encoded beats and what they show
    deliver     join the beats, write the files, whole or not at all
    pool        several clips at a time, with progress

Manim is imported by the functions that draw, never by importing this package.
"""
