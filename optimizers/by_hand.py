"""Momentum as one would write it on a blackboard: plain Python, a thought a line, and nothing else.

`descend` with `Momentum` does the same for batches, schedules and runs that end early; a test holds both to the last
bit. This one is there to be read: a clip shows its source text while it runs. Hence no annotations, no docstring, and
lines that fit a slide.

gradient: a function of w; w: the start, (d,); eta, gamma: learning rate and momentum. Yields w after each step.
"""
# mypy: allow-untyped-defs
# ruff: noqa: B007  (the counter is on the screen)

from __future__ import annotations


def walk(gradient, w, eta, gamma, steps):
    update = 0
    for t in range(steps):
        dw = gradient(w)
        update = gamma * update + eta * dw
        w = w - update
        yield w
