"""What one machine needs to run the app without any other service: PostgreSQL, Node, the pages."""
