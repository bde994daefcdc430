"""Sites: places as pages without a server, which any web host serves, or none."""
