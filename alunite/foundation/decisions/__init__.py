"""What takes two people: one proposes, another confirms, and then it is done."""
