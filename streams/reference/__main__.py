"""`python -m streams.reference` writes the pages."""

from streams.reference.pages import write

if __name__ == "__main__":
    write()
