"""What every answer carries: a browser loads nothing from elsewhere and keeps no page."""

from flask import Flask, Response, request

from services.console.settings import Settings


def register(app: Flask, settings: Settings) -> None:
    policy = content_security_policy(settings.token_issuer)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if request.endpoint != "static":  # what a page shows stays in no browser's store
            response.headers["Cache-Control"] = "no-store"
        if settings.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


def content_security_policy(issuer: str) -> str:
    """`issuer`: where signing in may lead a form."""
    return (
        "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {issuer.rstrip('/')}"
    )
