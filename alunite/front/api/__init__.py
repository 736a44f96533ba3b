"""Open data for machines: the public API, files, feeds, calendar and site map, made from publications alone."""
