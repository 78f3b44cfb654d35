"""See it work: TaFeng's real orders through a live worker, on this machine."""
