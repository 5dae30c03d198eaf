"""Demand: sources kept apart, models that blend them, where people live beside where they wait."""
