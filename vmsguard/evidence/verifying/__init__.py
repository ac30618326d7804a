"""Whether a log is intact and complete: what an auditor's check reads, compares and concludes."""
