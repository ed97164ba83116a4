"""Words that stand for a choice: the same in a file of results as in the grid of a bench run."""

from collections.abc import Mapping
from functools import lru_cache

from grading.domain.results_file.fields import BASES, FIELDS, REFERENCES, Kind
from grading.domain.results_file.headings import fold


def words_of(code: str) -> tuple[str, ...]:
    """Return all that may be written for one choice of a test, itself included."""
    return (code, *_also().get(code, ()))


@lru_cache(maxsize=1)
def _also() -> Mapping[str, tuple[str, ...]]:
    return {
        code: words
        for kind in (Kind.CAPACITY, Kind.RESISTANCE)
        for field in FIELDS[kind].values()
        for code, words in field.choices.items()
    }


def read_reference(text: str) -> tuple[str, str] | None:
    """Return the source of a reference and its basis, such as "Catalog kWh"; None when it names no source.

    The basis is empty where only the source is written.
    """
    return _references().get(fold(text))


@lru_cache(maxsize=1)
def _references() -> Mapping[str, tuple[str, str]]:
    sources = {fold(words): code for code, also in REFERENCES.items() for words in (code, *also)}
    bases = {fold(words): code for code, also in BASES.items() for words in (code, *also)} | {"": ""}
    return {
        source_words + basis_words: (source, basis)
        for source_words, source in sources.items()
        for basis_words, basis in bases.items()
    }
