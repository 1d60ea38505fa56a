"""Turn worked exercises into stubs with nbgrader's own preprocessors.

Run by the instructor's environment, which has nbgrader and not this package:
``python -I clear_solutions.py worked.ipynb stubs.ipynb``.
"""

import sys

STUB = 'raise NotImplementedError("Your turn: replace this line.")'


def clear(worked: str, stubs: str) -> None:
    """Read the notebook ``worked`` and write it to ``stubs`` without solutions and hidden tests.

    Raises if nbgrader finds fault with the cells' metadata or with a region's marks.
    """
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions
    from traitlets.config import Config

    config = Config()
    config.ClearSolutions.enforce_metadata = False
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearHiddenTests.enforce_metadata = False
    book = nbformat.read(worked, as_version=4)
    MetadataValidator().validate_nb(book)
    for preprocessor in (ClearSolutions, ClearHiddenTests):
        book, _ = preprocessor(config=config).preprocess(book, {})
    nbformat.write(book, stubs)


if __name__ == "__main__":
    clear(*sys.argv[1:])
