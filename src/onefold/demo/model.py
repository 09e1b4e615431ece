"""The demo's public values: what was written, what makes a record hard, and how well a map did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onefold.settings import Settings, SourceSettings


class Difficulty(StrEnum):
    """What is hard about a record. One record may be hard in several ways."""

    NICKNAME = "nickname"
    INITIAL = "initial"
    MISSPELT_NAME = "misspelt_name"
    SWAPPED_NAMES = "swapped_names"
    NATIVE_SCRIPT = "native_script"
    """The name is written in Chinese, Greek or Persian script."""
    WESTERN_ALIAS = "western_alias"
    """A Chinese customer goes by an English first name."""
    CASTILIAN_FORM = "castilian_form"
    """A Catalan given name in its Castilian form, as on older papers."""
    FORMER_NAME = "former_name"
    FORMER_ADDRESS = "former_address"
    FORMER_PHONE = "former_phone"
    RECYCLED_PHONE = "recycled_phone"
    """The number belongs, or will belong, to somebody else."""
    SECOND_EMAIL = "second_email"
    MISSPELT_EMAIL = "misspelt_email"
    HOUSEHOLD_EMAIL = "household_email"
    ROLE_CONTACT = "role_contact"
    """The employer's mailbox or switchboard instead of the person's own."""
    BIRTH_DATE_ERROR = "birth_date_error"
    PLACEHOLDER = "placeholder"
    THIN = "thin"
    """A name with no e-mail, phone or birth date; an e-mail with no name; a first name alone."""
    TWIN = "twin"
    NAMESAKE_IN_FAMILY = "namesake_in_family"
    """Parent and child of one name at one address."""
    DUPLICATE_IN_SYSTEM = "duplicate_in_system"
    """The same system holds this person more than once."""
    TEST_ROW = "test_row"
    """Nobody: somebody tried out the system. Left out of the score."""


@dataclass(frozen=True)
class DemoCompany:
    """A demo company on disk."""

    name: str
    directory: Path
    today: date
    """The last day of the company's data; nothing is later."""
    region: str
    """ISO 3166 country of the head office, for phone numbers without any."""
    currency: str
    people: int
    """True people with at least one record."""
    records: int
    """People records, test rows included."""
    sources: Mapping[str, SourceSettings]
    """Connected systems by name; locations are relative to ``directory``."""

    @property
    def exports(self) -> Path:
        """The folder to point Onefold at."""
        return self.directory / "exports"

    @property
    def truth(self) -> Path:
        """The folder that scoring reads and that no source lies in."""
        return self.directory / "truth"

    def settings(self, workspace: Path | None = None) -> Settings:
        """What a workspace's ``onefold.yaml`` says to connect every system.

        Args:
            workspace: the workspace's folder; locations are relative to it where it holds the company, else
                absolute. The company's own directory where absent.
        """
        from onefold.settings import Settings

        base = (workspace or self.directory).resolve()
        return Settings(
            name=self.name,
            region=self.region,
            currency=self.currency,
            present=self.today,
            sources={name: self._moved(source, base) for name, source in self.sources.items()},
        )

    def _moved(self, source: SourceSettings, base: Path) -> SourceSettings:
        paths = [source.location] if isinstance(source.location, str) else source.location
        here = self.directory.resolve()
        absolute = [here / path for path in paths]
        moved = [(path.relative_to(base) if path.is_relative_to(base) else path).as_posix() for path in absolute]
        return source.model_copy(update={"location": moved[0] if len(moved) == 1 else moved})


@dataclass(frozen=True)
class HouseholdScore:
    """How well households say who lives together, in pairs of people; a customer is the person of most its records."""

    precision: float
    """Share of the pairs found that are true."""
    recall: float
    """Share of the true pairs that were found."""
    pairs: int
    """Found."""
    true_pairs: int
    """Pairs of people with records who share a household, also where no record shows it."""


@dataclass(frozen=True)
class Score:
    """How well an identity map tells the demo company's people apart and together.

    Pairs are pairs of people records. Precision is the share of pairs held to be one person that are; recall
    the share of pairs of one person that were found; B-cubed averages both over records instead of pairs, so
    that a big customer weighs no more than its records (Bagga and Baldwin, 1998).
    """

    records: int
    """People records scored (test rows are not)."""
    records_missing: int
    """Of these, absent from the map and counted as customers of their own."""
    people: int
    customers: int
    pair_precision: float
    pair_recall: float
    pair_f1: float
    bcubed_precision: float
    bcubed_recall: float
    bcubed_f1: float
    people_exact: int
    """People with all of their records, and nobody else's, in one customer."""
    largest_customer: int
    """Records of the customer that has most."""
    household_pairs_merged: int
    """Wrongly united pairs whose two people share a household."""
    households: HouseholdScore | None
    """How well people who live together were found; None where households were not given."""
    recall_by_difficulty: Mapping[str, tuple[float, int]]
    """Difficulty → (pair recall, true pairs) over true pairs with at least one such record; ``none`` are
    pairs of two records that nothing is hard about."""
