"""What several clips share: furniture, each piece small and for one purpose. Clips compose it; it knows no clip.

Seven rooms, each using only those before it: ink, words, panels, maps, curves, terrain, runs.
"""
