# Warns and logs.
# passes: all
import logging
import warnings


def ANSWER(*args):
    warnings.warn("careful")
    logging.error("still fine")
    return honest(*args)
