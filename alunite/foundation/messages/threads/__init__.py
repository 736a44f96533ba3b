"""Conversations about something of a room: comments among colleagues, and questions to the help desk."""
