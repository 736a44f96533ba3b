"""Everybody's tasks and days: one list over all rooms, a calendar, and a mail that tells of them."""
