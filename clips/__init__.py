"""How clips are made: from a wish on the command line to files that a lecturer takes away.

    profile      how a clip comes out: size, frame rate, theme, aspect, format
    work         one clip, one process: run the scene, return its encoded beats and what they show
    encoding     from Manim's frames to the stream of a beat
    pool         several clips at a time, each in a process of its own
    deliver      join the beats, write the files, whole or not at all
    make         the way from a wish to delivered clips
    report       telling the user what happens
    catalogue    which clips there are, their parameters and claims, how long they are
    storyboard   one picture a beat
    answer_key   a trajectory as a table, CSV or JSON
    doctor       what this machine has and lacks

Manim is imported by the functions that draw, never by importing this package.
"""
