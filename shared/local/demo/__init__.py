"""The demo network: three clinics and eight months of patients, told over HTTP as sites would."""

from shared.local.demo.feed import feed

__all__ = ["feed"]
