"""`make bench`: prints figures of speed and size, each beside its goal. No figure fails a test."""
