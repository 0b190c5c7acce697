"""From a wish to delivered files: what is wanted, what a scene says of it, advice on broken claims, whole files.

For every command that renders: `workshop.make` is the way from wishes to clips.
"""
