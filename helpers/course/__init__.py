"""The `course` command: run the lessons, show what came out, hand out copies, release."""
