"""Where the witnesses of the atlas stand.

In `atlas/<framework>/<theme>.py`, as a function named by the slug of its row. A second
function with `EQUAL` behind the name is the program that makes frameworks agree.
"""

THEMES = (
    "layouts",
    "windows",
    "norms",
    "functions",
    "losses",
    "optimisers",
    "sequences",
    "slopes",
    "training",
)
EQUAL = "_equal"
