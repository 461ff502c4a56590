"""Rearranging articles over outlets: all of it or draws, and statistics, numbers from arrays.

References
----------
Anderson, M. J. (2001). A new method for non-parametric multivariate analysis of variance. Austral
Ecology 26:32-46.
Anderson, M. J., Walsh, D. C. I., Clarke, K. R., Gorley, R. N. and Guerra-Castro, E. (2017). Some
solutions to the multivariate Behrens-Fisher problem for dissimilarity-based analyses. Australian
and New Zealand Journal of Statistics 59:57-79.
Brown, M. B. and Forsythe, A. B. (1974). The small sample behavior of some statistics which test the
equality of several means. Technometrics 16:129-132.
Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical
Applications in Genetics and Molecular Biology 9:39.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

# Marks, below every outlet's code, of articles that still have to be given an outlet.
_FREE, _HELD = -1, -2

# Permuted labels held at once; bounds the memory at about 64 MB of indicators.
_LABELS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Totals:
    """Totals by outlet of B shuffles (or of the data, B = 1); every array begins (B, G).

    Parameters
    ----------
    articles, sizes
        (G,) articles, which shuffling keeps, and (B, G) totals of the denominators s.
    hits
        (B, G, K) totals of the numerators y.
    squares
        (B, G) totals of the squared length of y.
    crossed
        (B, G, K) totals of s y.
    size_squares
        (B, G) totals of s^2.
    """

    articles: Floats
    sizes: Floats
    hits: Floats
    squares: Floats
    crossed: Floats
    size_squares: Floats


@dataclass(frozen=True)
class Sample:
    """Article totals of one variable: numerators y (A, K) and denominator s (A,)."""

    y: Floats
    s: Floats


def total_by_outlet(sample: Sample, codes: NDArray[np.int64], n_outlets: int) -> Totals:
    """Return the totals of the data themselves, B = 1."""
    columns = _columns(sample)
    sums = np.stack([columns[codes == g].sum(axis=0) for g in range(n_outlets)])
    return _split(sums[None], codes)


def count_arrangements(codes: Codes) -> int:
    """Return in how many ways the articles fall into outlets of these sizes, all different.

    Outlets of one size may swap their articles without changing a statistic that does not look at
    names, so such ways count once: six articles in three outlets of two make 6! / 2!^3 / 3! = 15.
    One over this number is the smallest p-value that any articles could give.
    """
    sizes = [int(size) for size in np.bincount(codes)]
    number, left = 1, len(codes)
    for size in sizes:
        number *= math.comb(left, size)
        left -= size
    return number // math.prod(math.factorial(times) for times in Counter(sizes).values())


def list_arrangements(codes: Codes) -> Codes:
    """Return the outlet of every article in each of the N arrangements, (N, A).

    N is `count_arrangements`; every one is equally likely if the outlets do not differ. Every
    outlet must have an article.
    """
    sizes = np.bincount(codes)
    arrangements = np.full((1, len(codes)), _FREE)
    for size in np.unique(sizes):
        alike = np.flatnonzero(sizes == size)
        arrangements = _choose(arrangements, _FREE, _HELD, size=int(size) * len(alike))
        for outlet in alike:
            # The first article left goes to the outlet at hand: swapped outlets come up once.
            arrangements = _choose(arrangements, _HELD, int(outlet), size=int(size), first=True)
    return arrangements


def arrange_totals(samples: Sequence[Sample], codes: Codes) -> list[Totals]:
    """Return the totals of every sample in all arrangements of the articles, B = N.

    Parameters
    ----------
    samples
        Variables of the same A articles.
    codes
        (A,) outlet of every article. Only for few articles: see `count_arrangements`.
    """
    columns, ends = _join(samples)
    n_outlets = int(codes.max()) + 1
    sums = _add_up(list_arrangements(codes), columns, n_outlets)
    return [_split(part, codes) for part in np.split(sums, ends, axis=2)]


def shuffle_totals(
    samples: Sequence[Sample],
    codes: NDArray[np.int64],
    n_outlets: int,
    *,
    n_permutations: int,
    rng: np.random.Generator,
) -> list[Totals]:
    """Return the totals of every sample after shuffling whole articles between the outlets.

    Parameters
    ----------
    samples
        Variables of the same A articles; they are shuffled together, which saves most of the time.
    codes
        (A,) outlet of every article.
    n_outlets
        G.
    n_permutations
        B, number of random shuffles.
    rng
        Source of randomness.
    """
    columns, ends = _join(samples)
    labels = codes.astype(np.int8 if n_outlets < 127 else np.int32)
    step = max(1, _LABELS_AT_ONCE // len(labels))
    sums = np.empty((n_permutations, n_outlets, columns.shape[1]))
    for start in range(0, n_permutations, step):
        n_now = min(step, n_permutations - start)
        shuffled = rng.permuted(np.broadcast_to(labels, (n_now, len(labels))), axis=1)
        sums[start : start + n_now] = _add_up(shuffled, columns, n_outlets)
    return [_split(part, codes) for part in np.split(sums, ends, axis=2)]


def contrast_profiles(totals: Totals) -> Floats:
    """Return the pseudo-F of the outlets' profiles of shares, (B,).

    The distance-based statistic of Anderson (2001) in the form F2 of Anderson et al. (2017), who
    make its denominator fair to groups of unequal size and spread (for one value it is that of
    Brown and Forsythe 1974)::

        F = sum_g m_g |p_g - p|^2 / sum_g (1 - m_g / M) m_g v_g

    with m_g articles in outlet g, M in all, p_g its shares, p the mean of p_g weighted by m_g, and
    v_g the linearised variance of p_g summed over the values,
    v_g = m_g / (m_g - 1) sum_i |y_i - p_g s_i|^2 / S_g^2. With articles of equal size v_g is the
    variance of the mean, and F is theirs exactly; about 1 is expected of equal outlets. Infinite
    where the articles of every outlet are alike but outlets differ, 0 where nothing differs.
    """
    m = totals.articles
    shares = totals.hits / totals.sizes[..., None]
    centre = (shares * m[:, None]).sum(axis=1, keepdims=True) / m.sum()
    between = (m * ((shares - centre) ** 2).sum(axis=2)).sum(axis=1)
    within = (
        totals.squares
        - 2 * (shares * totals.crossed).sum(axis=2)
        + (shares**2).sum(axis=2) * totals.size_squares
    )
    # Rounding may leave a variance that is nothing a little below nothing.
    within = np.where(within > 1e-12 * (totals.squares + 1e-300), within, 0.0)
    variances = m / (m - 1) * within / totals.sizes**2
    expected = ((1 - m / m.sum()) * m * variances).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(between > 1e-15, between / expected, 0.0)


def measure_association(totals: Totals) -> Floats:
    """Return phi^2, Pearson's chi-square of outlet by value divided by its total, (B,).

    The values must exhaust the sentences. With weight *article* every article adds its shares.
    """
    shares = totals.hits / totals.sizes[..., None]
    weights = totals.sizes / totals.sizes.sum(axis=1, keepdims=True)
    overall = (weights[..., None] * shares).sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(overall > 0, (shares - overall) ** 2 / overall, 0.0)
    return np.asarray((weights * terms.sum(axis=2)).sum(axis=1))


def count_as_extreme(observed: float, shuffled: Floats, *, every: bool = False) -> float:
    """Return the p-value of a permutation test.

    Of B random shuffles it is (1 + b) / (1 + B), since the data themselves are one way to shuffle
    them (Phipson and Smyth 2010); of `every` arrangement, the data among them, it is b / B. Here b
    counts those at least as extreme; values that differ by rounding only are equal.
    """
    own = 0 if every else 1
    n_extreme = (shuffled >= observed * (1 - 1e-9)).sum()
    return float((own + n_extreme) / (own + len(shuffled)))


def _choose(arrangements: Codes, pool: int, code: int, *, size: int, first: bool = False) -> Codes:
    """Extend every arrangement by all choices of `size` articles of the pool, which get the code.

    With `first`, only by those that have the first article of the pool.
    """
    members = np.nonzero(arrangements == pool)[1].reshape(len(arrangements), -1)
    places = range(members.shape[1])
    if first:
        choices = [(0, *others) for others in combinations(places[1:], size - 1)]
    else:
        choices = list(combinations(places, size))
    chosen = members[:, np.array(choices)].reshape(-1, size)
    extended = np.repeat(arrangements, len(choices), axis=0)
    np.put_along_axis(extended, chosen, code, axis=1)
    return extended


def _join(samples: Sequence[Sample]) -> tuple[Floats, NDArray[np.intp]]:
    """Return the columns of all samples side by side, and where to part them again."""
    blocks = [_columns(sample) for sample in samples]
    return np.column_stack(blocks), np.cumsum([block.shape[1] for block in blocks])[:-1]


def _add_up(labels: NDArray[np.integer], columns: Floats, n_outlets: int) -> Floats:
    """Return the sums (B, G, C) of the columns (A, C) by the outlets of labels (B, A)."""
    sums = np.empty((len(labels), n_outlets, columns.shape[1]))
    for g in range(n_outlets - 1):
        sums[:, g] = (labels == g).astype(np.float64) @ columns
    # The last outlet has what the others leave over.
    sums[:, -1] = columns.sum(axis=0) - sums[:, :-1].sum(axis=1)
    return sums


def _columns(sample: Sample) -> Floats:
    y, s = sample.y, sample.s
    columns = np.column_stack([s, s**2, (y**2).sum(axis=1), y, s[:, None] * y])
    # Multiples of 2^-30 add up without rounding in whatever order threads add them.
    return np.round(columns * 2.0**30) / 2.0**30


def _split(sums: Floats, codes: NDArray[np.int64]) -> Totals:
    k = (sums.shape[2] - 3) // 2
    return Totals(
        articles=np.bincount(codes, minlength=sums.shape[1]).astype(np.float64),
        sizes=sums[..., 0],
        size_squares=sums[..., 1],
        squares=sums[..., 2],
        hits=sums[..., 3 : 3 + k],
        crossed=sums[..., 3 + k :],
    )
