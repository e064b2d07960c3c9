"""A small OAuth 2.0 issuer for development: it stands where a clinic network has its own.

It speaks what such a provider speaks, and knows the demo clients, the sites that enrolled with a
code, and people who sign in with one click. Why so: docs/decisions/0023-identity.md.
"""
