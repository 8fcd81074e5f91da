"""What we change in the pages that Reflex builds: plugins of the build, each with its reason."""
