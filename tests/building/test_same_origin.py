"""Built pages that talk to the origin that they came from."""

from pathlib import Path

import pytest

from assistant.building.same_origin import SameOrigin


def test_every_address_of_the_server_becomes_one_of_the_pages_origin(built: Path) -> None:
    file = built / "assets" / "reflex-env-1a2b.js"
    file.write_text('e={PING:"http://localhost/ping",EVENT:`ws://localhost/_event`,TEST:"x"}')
    SameOrigin().post_build(static_dir=built)
    assert file.read_text() == (
        'e={PING:location.origin.replace("http","http")+"/ping",'
        'EVENT:location.origin.replace("http","ws")+"/_event",TEST:"x"}'
    )


def test_a_build_without_an_address_is_refused(built: Path) -> None:
    (built / "assets" / "reflex-env-1a2b.js").write_text("e={}")
    with pytest.raises(RuntimeError, match="no address"):
        SameOrigin().post_build(static_dir=built)
