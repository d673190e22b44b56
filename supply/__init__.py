"""What safermap is made of: known vulnerabilities of it, and the list of it."""
