"""What was imported is known by where it comes from, and everything else by its own id."""

from uuid import UUID, uuid4

from assistant.services.origins import id_here, key_of, origin_of


def test_what_was_imported_keeps_the_id_of_where_it_was_made() -> None:
    assert origin_of(uuid4(), key_of("there")) == "there"


def test_what_was_made_here_has_its_own_id() -> None:
    own = uuid4()
    assert origin_of(own, None) == origin_of(own, "turn 1") == str(own)


def test_the_id_here_is_the_same_each_time_and_another_for_everybody() -> None:
    ann, ben = UUID(int=1), UUID(int=2)
    assert id_here(ann, "there") == id_here(ann, "there")
    assert len({id_here(ann, "a"), id_here(ann, "b"), id_here(ben, "a")}) == 3
