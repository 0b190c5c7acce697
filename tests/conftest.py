"""Hypothesis runs the same examples every time: a red test must be red again."""

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
