"""Figures as sources state them: of the programme, of production, of emissions."""
