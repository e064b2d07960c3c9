"""Controlled drugs: dispensed is given, wasted or returned, container by container (SES-9)."""
