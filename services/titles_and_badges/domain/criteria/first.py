"""`first`: the first deed of a kind.

{"kind": "first", "role": "actor", "where": {…}}
"""

from services.titles_and_badges.domain.criteria import count
from services.titles_and_badges.domain.criteria.kinds import Kind

KIND = Kind(parse=count.KIND.parse, has_threshold=False)
