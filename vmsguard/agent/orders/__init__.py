"""What people ordered: approvals, pauses, what is taken back, and what of a plan may be sent in view of them."""
