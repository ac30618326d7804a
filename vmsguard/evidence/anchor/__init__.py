"""Anchors: who outside vouches for a head, so that its owner cannot take it back."""
