"""What whoever runs the service sees of it, and what it takes from a client at most."""
