"""Compiled steps over pairs and groups: listing candidate pairs, joining links, cutting groups that do not hold."""

from __future__ import annotations

import numpy as np

from onefold.identity.compiled import compiled

MOST_TIMES = 3
"""Times beyond the first that a difference between groups is counted."""


@compiled
def list_pairs(order, starts, codes, widths, key, left, right):  # type: ignore[no-untyped-def]
    """List the pairs of every block of ``key`` that no earlier key lists; returns how many.

    ``codes[record, slot]`` holds the blocking codes of all keys side by side, ``widths[k]`` slots for key ``k``, and is
    negative where a block is not listed.
    """
    found = 0
    for block in range(len(starts) - 1):
        for x in range(starts[block], starts[block + 1]):
            i = order[x]
            for y in range(x + 1, starts[block + 1]):
                j = order[y]
                is_known = i == j
                slot = 0
                for earlier in range(key):
                    for a in range(slot, slot + widths[earlier]):
                        if codes[i, a] < 0:
                            continue
                        for b in range(slot, slot + widths[earlier]):
                            if codes[i, a] == codes[j, b]:
                                is_known = True
                                break
                        if is_known:
                            break
                    if is_known:
                        break
                    slot += widths[earlier]
                if not is_known:
                    left[found] = min(i, j)
                    right[found] = max(i, j)
                    found += 1
    return found


@compiled
def place_by_code(codes, places, order):  # type: ignore[no-untyped-def]
    """Put records in order of their codes; ``places[code]`` is where its first one goes, and moves on."""
    for record in range(len(codes)):
        code = codes[record]
        if code >= 0:
            order[places[code]] = record
            places[code] += 1


@compiled
def root_of(parents, node):  # type: ignore[no-untyped-def]
    """The representative of ``node``'s group, shortening the path to it."""
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = parents[node]
    return node


@compiled
def join_links(parents, left, right, is_link):  # type: ignore[no-untyped-def]
    """Connected components in place: afterwards ``parents[n]`` is the smallest record of n's component."""
    for n in range(len(left)):
        if is_link[n]:
            a, b = root_of(parents, left[n]), root_of(parents, right[n])
            if a < b:
                parents[b] = a
            elif b < a:
                parents[a] = b
    for node in range(len(parents)):
        parents[node] = root_of(parents, node)


@compiled
def list_pairs_within(order, starts, left, right):  # type: ignore[no-untyped-def]
    """All pairs inside every group, group after group; returns how many."""
    found = 0
    for group in range(len(starts) - 1):
        for x in range(starts[group], starts[group + 1]):
            for y in range(x + 1, starts[group + 1]):
                left[found] = order[x]
                right[found] = order[y]
                found += 1
    return found


@compiled
def is_supported(  # type: ignore[no-untyped-def]
    strangers, related, filled, is_contact, a, b, prior_strangers, prior_related, link_at
):
    """Whether two groups, each taken as one whole, are likely enough one customer.

    ``strangers[a, b]`` and ``related[a, b]`` hold each field's best agreement between the groups, ``filled[a]`` how
    many records of a group fill it. A customer with two mailboxes and two phones uses them in any combination; where
    several records of each group show that they never mix, those are two customers' (the field that differs most
    parts the groups, and counts once).
    """
    for_strangers, for_related = -prior_strangers, -prior_related
    for_both = 0.0
    most = 0.0
    for column in range(strangers.shape[2]):
        if not np.isnan(strangers[a, b, column]):
            for_strangers -= strangers[a, b, column]
        if not np.isnan(related[a, b, column]):
            for_related -= related[a, b, column]
        if is_contact[column] and strangers[a, b, column] < 0:
            times = min(filled[a, column], filled[b, column]) - 1
            again = -strangers[a, b, column] * min(times, MOST_TIMES)
            for_both += again
            most = max(most, again)
    for_both -= most
    return -np.logaddexp(for_strangers + for_both, for_related + for_both) >= link_at


@compiled
def keep_best(table, a, b, other):  # type: ignore[no-untyped-def]
    """Give group ``a`` the better of its own and ``b``'s agreement with ``other``, field by field."""
    for column in range(table.shape[2]):
        mine, theirs = table[a, other, column], table[b, other, column]
        best = theirs if np.isnan(mine) or theirs > mine else mine
        table[a, other, column] = best
        table[other, a, column] = best


@compiled
def rivals_of(odds, between, members, one, group, floor):  # type: ignore[no-untyped-def]
    """Odds, summed, that a single record belongs to groups that contradict ``group``: it can be of one of them only."""
    total = 0.0
    for other in range(len(members)):
        if other in (one, group) or members[other] == 0:
            continue
        if between[group, other] / (members[group] * members[other]) < floor:
            total += np.exp(min(odds[one, other], 50.0))
    return total


@compiled
def agglomerate(  # type: ignore[no-untyped-def]
    order, starts, first_pair, log_odds, evidence, strangers, related, is_contact, priors, limits, groups
):
    """Unite the records of every component as far as the evidence between them holds.

    Links are taken from the strongest down (Kruskal). Two groups unite only where the mean of ``evidence`` over all
    pairs between them reaches a floor, and where the groups as wholes, judged by the best agreement of each field,
    are still likely one customer: a link between two records that hide their contradictions by being empty does not
    unite groups that contradict each other. A single record that would fit several groups that contradict each other
    stays alone, because which of them it is cannot be known.

    Args:
        order: records, component after component.
        starts: where each component begins in ``order``.
        first_pair: where each component's pairs begin in the arrays below, in the order of ``list_pairs_within``.
        log_odds: per pair.
        evidence: per pair.
        strangers: per pair and column, evidence against being strangers.
        related: per pair and column, evidence against being related.
        is_contact: per column, whether its values are ways to reach one person, or their numbers.
        priors: log odds against strangers, against related.
        limits: log odds from which pairs and groups may unite; floor of the mean evidence.
        groups: filled, for every record of ``order``, with the first record of its group.
    """
    link_at, floor = limits
    columns = strangers.shape[1]
    for component in range(len(starts) - 1):
        begin = starts[component]
        size = starts[component + 1] - begin
        base = first_pair[component]
        count = size * (size - 1) // 2
        if size == 2:
            if log_odds[base] >= link_at and evidence[base] >= floor:
                groups[order[begin + 1]] = groups[order[begin]] = order[begin]
            else:
                groups[order[begin]], groups[order[begin + 1]] = order[begin], order[begin + 1]
            continue
        between = np.zeros((size, size), np.float32)
        odds = np.full((size, size), -np.inf, np.float32)
        by_strangers = np.empty((size, size, columns), np.float32)
        by_related = np.empty((size, size, columns), np.float32)
        filled = np.zeros((size, columns), np.int64)
        xs = np.empty(count, np.int32)
        ys = np.empty(count, np.int32)
        at = 0
        for x in range(size):
            for y in range(x + 1, size):
                between[x, y] = between[y, x] = evidence[base + at]
                odds[x, y] = odds[y, x] = log_odds[base + at]
                for column in range(columns):
                    by_strangers[x, y, column] = by_strangers[y, x, column] = strangers[base + at, column]
                    by_related[x, y, column] = by_related[y, x, column] = related[base + at, column]
                    if not np.isnan(strangers[base + at, column]):
                        filled[x, column] = filled[y, column] = 1
                xs[at] = x
                ys[at] = y
                at += 1
        group = np.arange(size)
        members = np.ones(size, np.int64)
        strongest_first = np.argsort(-log_odds[base : base + count], kind="mergesort")
        for n in strongest_first:
            if log_odds[base + n] < link_at:
                break
            a, b = group[xs[n]], group[ys[n]]
            if a == b or between[a, b] / (members[a] * members[b]) < floor:
                continue
            if members[a] * members[b] > 1 and not is_supported(
                by_strangers, by_related, filled, is_contact, a, b, priors[0], priors[1], link_at
            ):
                continue
            if members[a] + members[b] > 2 and min(members[a], members[b]) == 1:
                one, whole = (a, b) if members[a] == 1 else (b, a)
                if odds[one, whole] - np.log1p(rivals_of(odds, between, members, one, whole, floor)) < link_at:
                    continue
            if b < a:
                a, b = b, a
            for other in range(size):
                odds[a, other] = odds[other, a] = max(odds[a, other], odds[b, other])
                between[a, other] += between[b, other]
                between[other, a] = between[a, other]
                keep_best(by_strangers, a, b, other)
                keep_best(by_related, a, b, other)
            members[a] += members[b]
            filled[a] += filled[b]
            members[b] = 0
            for other in range(size):
                if group[other] == b:
                    group[other] = a
        for x in range(size):
            groups[order[begin + x]] = order[begin + group[x]]


@compiled
def mark_spanning(parents, left, right, is_spanning):  # type: ignore[no-untyped-def]
    """Mark the links that connect what was not connected before (Kruskal); links come the strongest first."""
    for n in range(len(left)):
        a, b = root_of(parents, left[n]), root_of(parents, right[n])
        is_spanning[n] = a != b
        if a < b:
            parents[b] = a
        elif b < a:
            parents[a] = b
