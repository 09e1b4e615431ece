"""Compiled comparisons of two values, and of all candidate pairs field by field.

Every ``compare_*`` kernel fills ``levels[n]`` for pair ``n`` with a level of ``fields`` (-1 where a side is empty).
They release the GIL and touch only their own slice, so that threads may share the work. Similarity functions live in
the same file as their callers because Numba's cache watches one file per kernel.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from onefold.identity.compiled import compiled

Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.uint8]
Levels = npt.NDArray[np.int8]

NOBODYS = 40
"""Names beside one value from which it is nobody's: a counter's mailbox, a number that fills a field."""

LONGEST = 60
"""Bytes of a text that are compared; one machine word marks which of them have been used."""

WORD = np.dtype(
    [
        ("vowels", np.int64),
        ("signs", np.uint64),
        ("start", np.int32),
        ("end", np.int32),
        ("skeleton", np.int32),
        ("reading", np.int32),
        ("first_equivalent", np.int32),
        ("end_equivalent", np.int32),
        ("is_chinese", np.int8),
        ("is_divided", np.int8),
    ],
    align=True,
)
"""What comparisons want to know of a word, side by side in memory: its consonants' code where they prove equivalence
(else -1), its vowels, bytes and reading, where its bytes and its equivalents of higher code lie."""


@compiled
def jaro_winkler(data: Bytes, a: int, a_end: int, b: int, b_end: int) -> float:
    """Jaro–Winkler similarity of two slices of ``data``, 0 to 1 (Winkler 1990; prefix weight 0.1, up to four bytes)."""
    length_a, length_b = min(a_end - a, LONGEST), min(b_end - b, LONGEST)
    if length_a == 0 or length_b == 0:
        return 0.0
    window = max(max(length_a, length_b) // 2 - 1, 0)
    used_a, used_b, one = np.uint64(0), np.uint64(0), np.uint64(1)
    matches = 0
    for i in range(length_a):
        for j in range(max(0, i - window), min(length_b, i + window + 1)):
            if data[a + i] == data[b + j] and not (used_b >> np.uint64(j)) & one:
                used_a |= one << np.uint64(i)
                used_b |= one << np.uint64(j)
                matches += 1
                break
    if matches == 0:
        return 0.0
    out_of_order, j = 0, 0
    for i in range(length_a):
        if (used_a >> np.uint64(i)) & one:
            while not (used_b >> np.uint64(j)) & one:
                j += 1
            if data[a + i] != data[b + j]:
                out_of_order += 1
            j += 1
    similarity = (matches / length_a + matches / length_b + (matches - out_of_order / 2) / matches) / 3
    prefix = 0
    while prefix < min(4, length_a, length_b) and data[a + prefix] == data[b + prefix]:
        prefix += 1
    return similarity + prefix * 0.1 * (1 - similarity) if similarity > 0.7 else similarity


@compiled
def is_digit(byte: int) -> bool:
    """Whether an ASCII byte is a digit."""
    return 48 <= byte <= 57


@compiled
def is_one_edit(data: Bytes, a: int, a_end: int, b: int, b_end: int, digits_may_change: bool) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours turns one slice into the other."""
    if (a_end - a) < (b_end - b):
        a, a_end, b, b_end = b, b_end, a, a_end
    if (a_end - a) - (b_end - b) > 1:
        return False
    while b < b_end and data[a] == data[b]:
        a += 1
        b += 1
    while b < b_end and data[a_end - 1] == data[b_end - 1]:
        a_end -= 1
        b_end -= 1
    left_a, left_b = a_end - a, b_end - b
    if left_a == 0:
        return True
    if not digits_may_change and is_digit(data[a]) and (left_b == 0 or is_digit(data[b])):
        return False
    if left_a == 1:
        return True
    return left_a == 2 and left_b == 2 and data[a] == data[b + 1] and data[a + 1] == data[b]


@compiled
def ends_alike(data: Bytes, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Whether one text is the end of the other: a short form, or a number without its country code."""
    a += data[a] == 43
    b += data[b] == 43
    shorter = min(a_end - a, b_end - b)
    same = 0
    while same < shorter and data[a_end - 1 - same] == data[b_end - 1 - same]:
        same += 1
    return same == shorter


ROWS = np.zeros(256, np.int8)
PLACES = np.zeros(256, np.int8)
for _row, _keys in enumerate(("qwertyuiop", "asdfghjkl", "zxcvbnm")):
    for _place, _key in enumerate(_keys):
        ROWS[ord(_key)], PLACES[ord(_key)] = _row + 1, 2 * _place + _row


@compiled
def are_neighbours(one, other):  # type: ignore[no-untyped-def]
    """Whether two letters touch on the usual keyboard."""
    if ROWS[one] == 0 or ROWS[other] == 0:
        return False
    return abs(ROWS[one] - ROWS[other]) <= 1 and abs(PLACES[one] - PLACES[other]) <= 2


@compiled
def is_slip(data, a, a_end, b, b_end):  # type: ignore[no-untyped-def]
    """Whether one slip of the finger turns one word into the other: a neighbouring key, one key more, two swapped."""
    if (a_end - a) < (b_end - b):
        a, a_end, b, b_end = b, b_end, a, a_end
    if (a_end - a) - (b_end - b) > 1:
        return False
    while b < b_end and data[a] == data[b]:
        a += 1
        b += 1
    while b < b_end and data[a_end - 1] == data[b_end - 1]:
        a_end -= 1
        b_end -= 1
    if a_end - a == 2 and b_end - b == 2:
        return data[a] == data[b + 1] and data[a + 1] == data[b]
    if a_end - a != 1:
        return False
    return b_end == b or are_neighbours(data[a], data[b])


@compiled
def count_bits(bits):  # type: ignore[no-untyped-def]
    """Bits of a machine word that are set."""
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def signs_of(data, starts, signs):  # type: ignore[no-untyped-def]
    """Which bytes each text has among those that are compared, as bits; several bytes may share one."""
    for n in range(len(starts) - 1):
        found = np.uint64(0)
        for at in range(starts[n], min(starts[n + 1], starts[n] + LONGEST)):
            found |= np.uint64(1) << np.uint64(data[at] & 63)
        signs[n] = found


@compiled
def is_alike(data, a, a_end, b, b_end, signs_a, signs_b, least):  # type: ignore[no-untyped-def]
    """Whether the Jaro–Winkler similarity is at least ``least``.

    A byte that the other text does not have finds no partner; with all others in order, most texts are told apart.
    """
    length_a, length_b = min(a_end - a, LONGEST), min(b_end - b, LONGEST)
    most = min(length_a - count_bits(signs_a & ~signs_b), length_b - count_bits(signs_b & ~signs_a))
    if most <= 0:
        return least <= 0
    similarity = (most / length_a + most / length_b + 1) / 3
    if similarity > 0.7:
        prefix = 0
        while prefix < min(4, length_a, length_b) and data[a + prefix] == data[b + prefix]:
            prefix += 1
        similarity += prefix * 0.1 * (1 - similarity)
    return similarity >= least and jaro_winkler(data, a, a_end, b, b_end) >= least


@compiled
def vowels_fit(a, b):  # type: ignore[no-untyped-def]
    """Whether the vowels of two spellings of equal consonants may stand for each other (see ``sounds.sound_out``)."""
    while a > 0 and b > 0:
        mine, theirs = a & 15, b & 15
        # beside itself, a vowel is taken for its neighbours in a, e, i; o and u for nothing else
        near = theirs | ((theirs & 3) << 1) | ((theirs & 6) >> 1)
        if mine and theirs and not mine & near:
            return False
        a, b = a >> 4, b >> 4
    return True


@compiled
def word_level(a, b, words):  # type: ignore[no-untyped-def]
    """Level (``fields.Name``) at which two undivided words agree, or 0."""
    facts, data, equivalents, _parts = words
    if a == b:
        return 6
    one, other = facts[min(a, b)], facts[max(a, b)]
    if one.skeleton >= 0 and one.skeleton == other.skeleton and vowels_fit(one.vowels, other.vowels):
        return 5
    if one.reading >= 0 and one.reading == other.reading:
        return 5
    for at in range(one.first_equivalent, one.end_equivalent):
        if equivalents[at] == max(a, b):
            return 5
    start_a, end_a, start_b, end_b = one.start, one.end, other.start, other.end
    shorter = min(end_a - start_a, end_b - start_b)
    if shorter <= 1:
        return 2 if shorter == 1 and data[start_a] == data[start_b] else 0
    if is_alike(data, start_a, end_a, start_b, end_b, one.signs, other.signs, 0.88):
        return 4
    if shorter >= 3:
        if is_slip(data, start_a, end_a, start_b, end_b):
            return 4
        if ends_alike(data, start_a, end_a, start_b, end_b):
            return 4
        shared = 0
        while shared < shorter and data[start_a + shared] == data[start_b + shared]:
            shared += 1
        if shared == shorter:
            return 4
    return 0


@compiled
def name_level(a, b, words):  # type: ignore[no-untyped-def]
    """Level (``fields.Name``) at which two names agree; ``words`` as ``NameWords.kernel_arguments`` gives them.

    Compound names agree where a part does. Where both have a part that finds no partner, they agree in one part only.
    """
    if a < 0 or b < 0:
        return -1
    whole = word_level(a, b, words)
    facts, _data, _equivalents, parts = words
    if whole >= 5 or not (facts[a].is_divided or facts[b].is_divided):
        return whole
    best = 0
    alone_a, alone_b = 0, 0
    for i in range(parts.shape[1]):
        if parts[a, i] < 0:
            break
        mine = 0
        for j in range(parts.shape[1]):
            if parts[b, j] < 0:
                break
            mine = max(mine, word_level(parts[a, i], parts[b, j], words))
        best = max(best, mine)
        alone_a += mine < 4
    for j in range(parts.shape[1]):
        if parts[b, j] < 0:
            break
        mine = 0
        for i in range(parts.shape[1]):
            if parts[a, i] < 0:
                break
            mine = max(mine, word_level(parts[a, i], parts[b, j], words))
        alone_b += mine < 4
    if best >= 4 and alone_a > 0 and alone_b > 0:
        return 3
    return max(whole, min(best, 5))


@compiled
def speaks_other(given_a, family_a, given_b, family_b, words):  # type: ignore[no-untyped-def]
    """Whether both family names read as Chinese, but just one given name: the other may be one chosen besides."""
    facts = words[0]
    if family_a < 0 or family_b < 0 or not facts[family_a].is_chinese or not facts[family_b].is_chinese:
        return False
    return facts[given_a].is_chinese != facts[given_b].is_chinese


@compiled
def is_given_alone(alone, given, words):  # type: ignore[no-untyped-def]
    """Whether one of the given names that a record's two syllables make together is ``given``."""
    found = False
    for n in range(len(alone)):
        found |= alone[n] >= 0 and given >= 0 and word_level(alone[n], given, words) >= 5
    return found


@compiled
def compare_names(left, right, given, family, alone, words, given_levels, family_levels):  # type: ignore[no-untyped-def]
    """Given and family names, also where one of the records has them swapped, or takes a given name for both."""
    for n in range(len(left)):
        i, j = left[n], right[n]
        g = name_level(given[i], given[j], words)
        f = name_level(family[i], family[j], words)
        if 0 <= g < 4 or 0 <= f < 4:
            gf = name_level(given[i], family[j], words)
            fg = name_level(family[i], given[j], words)
            both_fit = min(gf, fg) >= 4
            one_fits = max(gf, fg) >= 5 and max(g, f) < 4 and min(gf, fg) < 0
            if both_fit or one_fits:
                g, f = gf, fg
        if (
            0 <= g < 4
            and f < 4
            and (is_given_alone(alone[i], given[j], words) or is_given_alone(alone[j], given[i], words))
        ):
            g, f = 5, -1
        if g == 0 and speaks_other(given[i], family[i], given[j], family[j], words):
            g = 1
        given_levels[n] = g
        family_levels[n] = f


@compiled
def compare_contacts(left, right, slots, text, values, rules, levels):  # type: ignore[no-untyped-def]
    """Best agreement between two records' values of a multi-valued field.

    ``values`` holds two things per value: the code of a telling part (-1 for none; of phones the last digits, which
    count where one number is the end of the other), and how many names use it (0 one, 1 two, 2 more, 3 so many that it
    says nothing). ``rules`` are where typos are seen (0 nowhere, 1 not in digits, 2 anywhere) and whether different
    values say anything.
    """
    data, starts = text
    mailbox, sharers = values
    typo_mode, may_differ = rules
    width = slots.shape[1]
    for n in range(len(left)):
        i, j = left[n], right[n]
        best = -1
        for x in range(width):
            a = slots[i, x]
            if a < 0:
                break
            if sharers[a] > 2:
                continue
            for y in range(width):
                b = slots[j, y]
                if b < 0:
                    break
                if sharers[b] > 2:
                    continue
                level = 0
                if a == b:
                    level = 5 - sharers[a]
                elif (
                    mailbox[a] >= 0
                    and mailbox[a] == mailbox[b]
                    and (typo_mode < 2 or ends_alike(data, starts[a], starts[a + 1], starts[b], starts[b + 1]))
                ):
                    level = 2
                elif typo_mode and is_one_edit(
                    data, starts[a], starts[a + 1], starts[b], starts[b + 1], typo_mode == 2
                ):
                    level = 1
                best = max(best, level)
        levels[n] = best if may_differ or best > 0 else -1


@compiled
def compare_dates(left, right, codes, text, levels):  # type: ignore[no-untyped-def]
    """ISO dates, complete or cut short after the month or year."""
    data, starts = text
    for n in range(len(left)):
        a, b = codes[left[n]], codes[right[n]]
        if a < 0 or b < 0:
            levels[n] = -1
            continue
        s, t = starts[a], starts[b]
        shorter = min(starts[a + 1] - s, starts[b + 1] - t)
        different = 0
        for k in range(shorter):
            different += data[s + k] != data[t + k]
        if different == 0:
            levels[n] = 4 if shorter == 10 else 2
        elif shorter < 10:
            levels[n] = 1 if different == 1 else 0
        else:
            is_swapped = different <= 4
            for k in range(4):
                is_swapped = is_swapped and data[s + k] == data[t + k]
            for k in range(2):
                is_swapped = is_swapped and data[s + 5 + k] == data[t + 8 + k] and data[s + 8 + k] == data[t + 5 + k]
            levels[n] = 3 if different == 1 or is_swapped else 1 if different <= 3 else 0


@compiled
def has_mailbox(own, mailbox, parts):  # type: ignore[no-untyped-def]
    """Whether one of a record's own mailboxes is this one, or has its telling part (-1 for none)."""
    for x in range(len(own)):
        if own[x] >= 0 and (own[x] == mailbox or (parts[mailbox] >= 0 and parts[own[x]] == parts[mailbox])):
            return True
    return False


@compiled
def compare_years(left, right, born, slots, values, levels):  # type: ignore[no-untyped-def]
    """Birth date of one record and the years in the mailboxes of the other, where that one has no date of its own.

    A mailbox that both have says nothing: its year is that of the dated record whoever the other one is. ``born`` holds
    a year per record; ``values`` per mailbox its year (-1 for none), its telling part and who shares it, as
    ``compare_contacts`` has them.
    """
    years, parts, sharers = values
    for n in range(len(left)):
        i, j = left[n], right[n]
        if born[i] < 0:
            i, j = j, i
        level = -1
        if born[i] >= 0 and born[j] < 0:
            for x in range(slots.shape[1]):
                mailbox = slots[j, x]
                if mailbox < 0:
                    break
                is_told = years[mailbox] >= 0 and sharers[mailbox] <= 2
                if is_told and not has_mailbox(slots[i], mailbox, parts):
                    level = max(level, 1 if years[mailbox] == born[i] else 0)
        levels[n] = level


@compiled
def compare_places(left, right, codes, streets, postcodes, levels):  # type: ignore[no-untyped-def]
    """Postal addresses as a whole, because their parts depend on each other.

    ``codes`` are those of street, house number, postcode, city and country; the texts are those of the first and third.
    """
    street, number, postcode, city, country = codes
    street_data, street_starts = streets
    post_data, post_starts = postcodes
    for n in range(len(left)):
        i, j = left[n], right[n]
        post = -1
        if postcode[i] >= 0 and postcode[j] >= 0:
            a, b = postcode[i], postcode[j]
            post = 0
            if a == b:
                post = 2
            elif is_one_edit(post_data, post_starts[a], post_starts[a + 1], post_starts[b], post_starts[b + 1], True):
                post = 1
        town = -1
        if city[i] >= 0 and city[j] >= 0:
            town = 1 if city[i] == city[j] else 0
        road = -1
        if street[i] >= 0 and street[j] >= 0:
            a, b = street[i], street[j]
            road = 0
            if a == b or (
                jaro_winkler(
                    street_data,
                    street_starts[a],
                    street_starts[a + 1],
                    street_starts[b],
                    street_starts[b + 1],
                )
                >= 0.88
            ):
                road = 1
        door = -1
        if number[i] >= 0 and number[j] >= 0:
            door = 1 if number[i] == number[j] else 0
        is_near = post >= 1 or (post < 0 and town != 0)
        level = -1
        if (road == 1 and door == 1 and is_near) or (post == 2 and door == 1):
            level = 5
        elif post == 2 and (road == 0 or door == 0):
            level = 3
        elif post == 2:
            level = 4
        elif road == 1 and door != 0 and (is_near or town == 1):
            level = 3
        elif post == 1:
            level = 2
        elif town == 1:
            level = 1
        elif post == 0 or town == 0 or road == 0 or (country[i] >= 0 and country[j] >= 0 and country[i] != country[j]):
            level = 0
        levels[n] = level


@compiled
def compare_words(left, right, codes, text, levels):  # type: ignore[no-untyped-def]
    """Single-valued texts: same, similar, different."""
    data, starts = text
    for n in range(len(left)):
        a, b = codes[left[n]], codes[right[n]]
        if a < 0 or b < 0:
            levels[n] = -1
        elif a == b:
            levels[n] = 2
        elif jaro_winkler(data, starts[a], starts[a + 1], starts[b], starts[b + 1]) >= 0.92:
            levels[n] = 1
        else:
            levels[n] = 0


@compiled
def count_sharers(order, starts, values, given, family, alone, words, sharers):  # type: ignore[no-untyped-def]
    """How many names use each value: 0 for one (or none known), 1 for two, 2 for more, 3 where it is nobody's.

    ``order[starts[n]:starts[n + 1]]`` are the records that hold ``values[n]``. Spellings and nicknames of one name
    count as one.
    """
    seen = np.empty(NOBODYS, np.int32)
    for n in range(len(values)):
        found = 0
        for at in range(starts[n], starts[n + 1]):
            record = order[at]
            if given[record] < 0:
                continue
            is_new = True
            for k in range(found):
                other = seen[k]
                if (
                    name_level(given[record], given[other], words) >= 2
                    or name_level(given[record], family[other], words) >= 2
                    or name_level(family[record], given[other], words) >= 4
                    or is_given_alone(alone[record], given[other], words)
                    or is_given_alone(alone[other], given[record], words)
                    or (
                        speaks_other(given[record], family[record], given[other], family[other], words)
                        and name_level(family[record], family[other], words) >= 4
                    )
                ):
                    is_new = False
                    break
            if is_new:
                seen[found] = record
                found += 1
                if found == NOBODYS:
                    break
        sharers[values[n]] = 3 if found == NOBODYS else min(max(found - 1, 0), 2)
