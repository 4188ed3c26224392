"""The atlas of differences: its witnesses are run here, and what they say is shown."""
