"""One clip or beat, one process: run a scene, encode its frames, join beats; on the cores here or on many machines.

For `making`, which hands over jobs and takes back encoded beats.
"""
