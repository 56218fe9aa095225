"""How the columns of every shape are declared."""

from functools import cache

from projection import Column, Denial, Kind
from resolvers.ids import PREFIX, encode_in_trial
from workflow.enums import Platform, Role, platforms_of

STAFF = frozenset({Role.STAFF})
DECIDERS = frozenset({Role.STAFF, Role.ADVERTISER})
"""The roles that decide on applicants."""
CREATOR = frozenset({Role.INFLUENCER})
LIKE_STAFF = frozenset({Role.STAFF, Role.SERVICE})
"""Staff, and services, which read the scalars of what they are answered as staff do."""
ALL_BUT_CREATORS = DECIDERS | LIKE_STAFF
ALL_BUT_SERVICES = DECIDERS | CREATOR


def plain(
    name: str, *, roles: frozenset[Role] | None = None, denial: Denial = Denial.FORBIDDEN
) -> Column:
    """Declare a column whose value is the response's."""
    return Column(sql=f"{{t}}.{name}", roles=roles, denial=denial)


def moment(name: str, *, nullable: bool = False) -> Column:
    """Declare a column of moments."""
    return Column(sql=f"{{t}}.{name}", kind=Kind.MOMENT, nullable=nullable)


def boolean(name: str) -> Column:
    """Declare a column of booleans."""
    return Column(sql=f"{{t}}.{name}", kind=Kind.BOOLEAN)


def json_list(name: str) -> Column:
    """Declare a list that is stored as JSON."""
    return Column(sql=f"{{t}}.{name}", kind=Kind.JSON)


def words(name: str) -> Column:
    """Declare a list that is stored as a text with spaces between."""
    return Column(sql=f"{{t}}.{name}", template="{v}.split()")


def platform(name: str) -> Column:
    """Declare one platform, stored by its number."""
    return Column(sql=f"{{t}}.{name}", template="platform_name[{v}]", names=_PLATFORMS)


def platforms(name: str) -> Column:
    """Declare a set of platforms that is stored as a bit mask."""
    return Column(sql=f"{{t}}.{name}", template="platform_names({v})", names=_PLATFORMS)


def gid(type_name: str, sql: str = "{t}.id") -> Column:
    """Declare the global id of an object of this type."""
    return Column(
        sql=sql,
        template=f"f'{PREFIX}{type_name}/{{{{v}}}}'",
        trial_template=f"encode_in_trial('{type_name}', {{v}})",
        names={"encode_in_trial": encode_in_trial},
    )


@cache
def _platform_names(mask: int) -> list[str]:
    return [platform.value for platform in platforms_of(mask)]


_PLATFORMS = {
    "platform_name": {platform.number: platform.value for platform in Platform},
    "platform_names": _platform_names,
}
