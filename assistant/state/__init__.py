"""What the pages show and what they may ask for, one file per page."""
