"""How an organisation becomes a member, pays, and stays or leaves."""
