"""The guarded client every driver uses: limits, deadlines, pinning, auth, redaction, permits."""
