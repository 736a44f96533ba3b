"""Certification events as sources state them, and the certificates that can be made out from them."""
