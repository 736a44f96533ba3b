"""Certification scopes, and what a member says of itself against a standard before an audit."""
