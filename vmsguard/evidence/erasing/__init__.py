"""Taking records out of a log so that its readers know: announced, single or by whole segments."""
