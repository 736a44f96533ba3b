"""What people see: the public register now; inbox, credentials and API later."""
