"""The briefing: a town's page as two sheets of A4, typeset on this machine."""
