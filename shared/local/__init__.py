"""The system on one machine: engines, sign-in and all service processes, for development."""
