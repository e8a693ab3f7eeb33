"""Reads the revocation feed of the authorization server, so that a JWT is verified offline until it may have ended."""
