"""Settings, addresses, the web application and the command line."""
