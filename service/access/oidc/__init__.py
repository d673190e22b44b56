"""Signing in with a work account, at an identity provider by OpenID Connect."""
