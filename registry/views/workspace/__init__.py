"""Pages of the workspace: an agency's, or a producer's, own records."""
