"""Numbers as the driver reads them."""

from bson.codec_options import TypeDecoder, TypeRegistry
from bson.int64 import Int64


class _PlainNumber(TypeDecoder):
    """A number of 64 bits as Python's own: bson's is another type, which other libraries refuse to write."""

    bson_type = Int64

    def transform_bson(self, value: int) -> int:
        """The same number."""
        return int(value)


PLAIN = TypeRegistry([_PlainNumber()])
