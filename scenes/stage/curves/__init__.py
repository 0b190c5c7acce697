"""Objectives of one variable as graphs, and runs on them.

For clips in which a ball moves along a curve.
"""
