"""What a member itself lists: its entities and its facilities, as it names them in its scopes."""
