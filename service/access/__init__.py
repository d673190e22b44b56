"""Who may see what: roles, tokens, sessions, and the gate that every request goes through."""
