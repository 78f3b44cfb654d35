"""Forecasts that others publish (`demand-forecasts`): kept, judged, and mixed into the curves."""
