"""The journal: the one order of events that every price is a function of."""

TOPIC = "pricing-journal"
#: Header of each record: the settings under which it was written.
SETTINGS = "settings"
