"""Plots and tables beside a map: a plot area with axes, bars, gauges, strips of error, scoreboards, sums as bars.

For clips that show numbers as pictures.
"""
