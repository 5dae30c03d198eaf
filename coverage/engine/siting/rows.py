"""Fewer rows, same answer: cells that the same places reach are one row, and rows of one place fold into that place."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coverage.engine.siting.problem import Problem


@dataclass(frozen=True, kw_only=True, eq=False)
class MergedRows:
    """R rows that at least two places reach, and what each place reaches alone.

    indptr: (R + 1,) int64; places: (nnz,) int32, sorted within a row; persons: (R,) int64 > 0, workers of the row;
    own_persons: (P,) int64, workers whom only that place can reach. Rows stand in an order that depends on their content only.
    """

    indptr: npt.NDArray[np.int64]
    places: npt.NDArray[np.int32]
    persons: npt.NDArray[np.int64]
    own_persons: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.persons)

    @property
    def coverable_persons(self) -> int:
        """Workers, unreached so far, whom at least one place can reach."""
        return int(self.persons.sum() + self.own_persons.sum())


def merge_rows(problem: Problem) -> MergedRows:
    """Merge cells with equal sets of places; drop cells that are reached already, empty, or out of every place's reach.

    Exact: the sets themselves are compared, not hashes of them.
    """
    by_cell = problem.incidence.tocsc()
    by_cell.sort_indices()
    places_of = by_cell.indices.astype(np.int32)
    found: dict[bytes, int] = {}
    open_persons = problem.open_persons
    for cell in np.flatnonzero((open_persons > 0) & (np.diff(by_cell.indptr) > 0)):
        key = places_of[by_cell.indptr[cell] : by_cell.indptr[cell + 1]].tobytes()
        found[key] = found.get(key, 0) + int(open_persons[cell])
    return _split(found, len(problem.place_ids))


def _split(found: dict[bytes, int], place_count: int) -> MergedRows:
    own = np.zeros(place_count, np.int64)
    lists, persons = [], []
    for key in sorted(found):
        places = np.frombuffer(key, np.int32)
        if len(places) == 1:
            own[places[0]] += found[key]
        else:
            lists.append(places)
            persons.append(found[key])
    return MergedRows(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in lists])]).astype(np.int64),
        places=np.concatenate([*lists, np.zeros(0, np.int32)]).astype(np.int32),
        persons=np.array(persons, np.int64),
        own_persons=own,
    )
