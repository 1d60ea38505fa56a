# Puts markup and control characters into its message.
# passes: none
# says: ValueError
def ANSWER(*args):
    raise ValueError("<script>alert(1)</script><img src=x onerror=alert(2)> \x1b[2J \ud800 \0 $body")
