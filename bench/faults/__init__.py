"""What happens to a service while the things that it stands on are harmed, one after the other."""
