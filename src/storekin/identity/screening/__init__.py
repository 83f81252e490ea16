"""One registration against all that are known: the matcher's second rhythm.

``laid_out`` keeps what is known as arrays, ``known`` is those with what was added and
removed since, ``pairs`` weighs one pair, ``regroup`` keeps the groups, and ``index``
is what others use.
"""
