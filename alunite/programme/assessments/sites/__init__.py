"""Several sites of one scope: answered once, with what holds otherwise at single sites."""
