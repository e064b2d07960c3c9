"""A small OAuth 2.0 issuer for development: it stands where a clinic network has its own.

Client-credentials grant only (RFC 6749, 4.4); it knows the demo clients and nobody else.
"""
