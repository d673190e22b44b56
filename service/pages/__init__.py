"""The pages: what each one says, as plain values for its template."""
