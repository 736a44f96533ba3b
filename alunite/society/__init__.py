"""What the programme and its field bring about, and who else has a say."""
