"""People, organisations, roles and the policies registry."""
