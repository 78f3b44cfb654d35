"""The journal: the one order of events that every price is a function of."""

TOPIC = "pricing-journal"
