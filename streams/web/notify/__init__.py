"""Alerts where people are: signed webhooks, Slack, Teams and e-mail, and a digest a day."""
