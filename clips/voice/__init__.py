"""Sound and words: takes as samples, what can be measured of them, and captions as they are spoken.

It knows nothing of scenes, clips or lectures: what it is given is a file, samples or a sentence.
"""
