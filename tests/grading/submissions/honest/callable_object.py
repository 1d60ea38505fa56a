# The answer is an object that can be called.
# passes: all
class Answer:
    def __call__(self, *args):
        return honest(*args)


ANSWER = Answer()
