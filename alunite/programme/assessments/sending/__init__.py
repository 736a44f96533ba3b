"""Sending a self assessment to an audit firm of the member's choice."""
