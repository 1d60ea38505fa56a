"""Inner operations with a fast version, each in a file of its own beside its plain reference."""
