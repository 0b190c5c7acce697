"""Objectives of two variables as landscapes: ground, light, camera, axes, paths and arrows; and a fitting view of one.

For clips in three dimensions.
"""
