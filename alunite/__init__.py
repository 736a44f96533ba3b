"""Alunite: the open platform that runs a certification programme from end to end."""

__version__ = "0.1.0"
