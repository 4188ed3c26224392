import pytest

from reference_impl.core.kernels import tile_shapes
from reference_impl.core.kernels.vector_unit import AVX2, AVX512, NEON, SSE

UNITS = [AVX512, AVX2, SSE, NEON]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 999), (500, 10), (500, 512)])
def test_a_tile_fits_into_registers_and_its_product(unit, rows, columns):
    tile = tile_shapes.best(rows, columns, lanes=8, unit=unit)

    assert (tile.rows + 1) * tile.vectors < unit.registers
    assert tile.rows <= rows
    assert tile.vectors <= -(-columns // 8)


@pytest.mark.parametrize("unit", UNITS)
def test_a_large_tile_has_enough_sums_to_hide_their_latency(unit):
    tile = tile_shapes.best(1024, 1024, lanes=8, unit=unit)

    assert tile.rows * tile.vectors >= tile_shapes.LATENCY * tile_shapes.MULTIPLY_ADDS


@pytest.mark.parametrize(("columns", "is_masked"), [(64, False), (65, True), (7, True)])
def test_only_incomplete_vectors_are_masked(columns, is_masked):
    tile = tile_shapes.best(64, columns, lanes=8, unit=AVX2)

    assert tile.is_masked or not is_masked
    assert tile.is_masked == (columns % tile.columns != 0)
