"""An AI assistant that people can trust with their calendar, mail and files."""
