"""Records that speak of one thing: proposed by rule, merged and un-merged by a person."""
