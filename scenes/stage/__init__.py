"""What several clips share: furniture, each piece small and for one purpose. Clips compose it; it knows no clip."""
