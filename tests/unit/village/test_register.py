from collections import Counter

import pytest

from carehub.village.homes import directory
from carehub.village.register import Directory


@pytest.fixture(params=[1, 2, 20260115])
def register(request: pytest.FixtureRequest) -> Directory:
    return directory(request.param)


def test_the_same_seed_gives_the_same_people() -> None:
    assert directory.__wrapped__(3) == directory.__wrapped__(3)
    assert directory(3).residents != directory(4).residents


def test_marker_has_two_wards_and_two_zones(register: Directory) -> None:
    homes = Counter((dwelling.kind, dwelling.unit_id) for dwelling in register.dwellings)

    assert homes == {
        ("room", "ward-furu"): 12, ("room", "ward-bjork"): 12, ("home", "zone-nord"): 20, ("home", "zone-sor"): 20,
    }  # fmt: skip
    assert len(register.residents) == 69


def test_every_national_id_is_synthetic(register: Directory) -> None:
    months = {int(resident.national_id[2:4]) for resident in register.residents}

    assert months <= set(range(81, 93))


def test_every_national_id_has_valid_check_digits(register: Directory) -> None:
    for resident in register.residents:
        digits = [int(sign) for sign in resident.national_id]
        assert sum(d * w for d, w in zip(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0), strict=True)) % 11 == 0
        assert sum(d * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0


def test_a_national_id_agrees_with_birth_year_and_sex(register: Directory) -> None:
    for resident in register.residents:
        assert int(resident.national_id[4:6]) == resident.born_year % 100
        assert int(resident.national_id[6:9]) < 500
        assert (int(resident.national_id[8]) % 2 == 0) == resident.is_woman


def test_every_telephone_is_of_the_invented_series_and_belongs_to_one(register: Directory) -> None:
    numbers = [person.phone for person in register.persons] + [resident.phone for resident in register.residents]
    numbers += [unit.phone for unit in register.units]

    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("+4799900") and len(number) == 11 for number in numbers)


def test_nothing_shares_an_id_an_address_or_a_username(register: Directory) -> None:
    assert max(Counter((device.source, device.address) for device in register.devices).values()) == 1
    assert max(Counter(person.username for person in register.persons).values()) == 1
    ids = [*(each.id for each in register.dwellings), *(each.id for each in register.residents)]
    ids += [*(each.id for each in register.devices), *(each.id for each in register.persons)]
    assert len(set(ids)) == len(ids)


def test_names_of_devices_are_as_people_give_them(register: Directory) -> None:
    addresses = {device.address for device in register.devices}

    assert "Bad 104" in addresses
    assert any(address.startswith("Dør inngang ") for address in addresses)


def test_plain_names_have_no_spaces_and_nothing_else_changes() -> None:
    fancy, plain = directory(1), directory(1, plain=True)

    assert not any(" " in device.address for device in plain.devices)
    assert [device.id for device in plain.devices] == [device.id for device in fancy.devices]
    assert plain.residents == fancy.residents


def test_no_name_stands_on_a_device(register: Directory) -> None:
    names = {resident.given_name for resident in register.residents}

    assert not any(name in device.label.split() for device in register.devices for name in names)


def test_every_unit_has_somebody_on_duty_and_every_relation_joins_two_who_exist(register: Directory) -> None:
    on_duty = {person.unit_id for person in register.persons if person.on_duty}
    persons, residents = {p.id for p in register.persons}, {r.id for r in register.residents}

    assert {unit.id for unit in register.units} <= on_duty
    assert all(r.person_id in persons and r.resident_id in residents for r in register.relations)
    assert {r.insight for r in register.relations} == {"nothing", "all_is_well", "handled_alerts"}
