"""How much of a file is kept as it is, so that no text, however odd, costs depth or memory without bound."""

MAX_DEPTH = (
    150  # levels of the tree inside one unit: several times what people write; pickle's recursion holds it
)
BLOCK_DEPTH = 100  # the same where a level costs Python more than two frames
LONGEST_TEXT = 2000  # characters of a text constant that are kept: statements of SQL are long
SPINE = 60  # operands of `a + b + c + ...` that are kept as a tree
ARMS = 60  # arms of an if / else if chain that are kept as a tree
