"""What was made before and what it was made from: the store of beats, records beside clips, plans, what things cost.

For whoever must know whether something is stale, and why.
"""
