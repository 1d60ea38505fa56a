# Returns what a spreadsheet or a page would run.
# passes: none
def ANSWER(*args):
    return "=cmd|' /C calc'!A1 <svg onload=alert(1)> \ud800"
