"""What can be touched: the objectives and the rules compiled to JavaScript, and a page on which a run is played with.

Python compiles, JavaScript shows. Nothing is written twice: formulas come from SymPy, steps from the rules' own code.
"""
