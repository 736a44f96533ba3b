"""The certification programme: members, standards, audits, certificates."""
