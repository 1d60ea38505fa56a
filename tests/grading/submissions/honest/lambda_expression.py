# The answer is a lambda.
# passes: all
ANSWER = lambda *args: honest(*args)
