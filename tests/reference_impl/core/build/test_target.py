"""Which processor machine code is for."""

import os
import re

import llvmlite.binding as llvm
import pytest

from reference_impl.core.build.target import host, narrowed
from reference_impl.core.errors import RangeError

SUM_OF_ARRAYS = """
define void @f(ptr noalias %x, ptr noalias %y, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%next, %loop]
  %px = getelementptr float, ptr %x, i64 %i
  %py = getelementptr float, ptr %y, i64 %i
  %vx = load float, ptr %px
  %vy = load float, ptr %py
  %sum = fadd float %vx, %vy
  store float %sum, ptr %py
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}
"""


def registers(target):
    """The vector registers in the code of a loop over float32."""
    machine = target.machine()
    module = llvm.parse_assembly(SUM_OF_ARRAYS)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return set(re.findall(r"%([xyz]mm)\d", machine.emit_assembly(module)))


@pytest.mark.parametrize("bits", [128, 256, 512])
def test_code_uses_the_widest_vectors_that_it_may_and_no_wider(bits):
    target = narrowed(bits)
    if not target.triple.startswith("x86"):
        pytest.skip("the names of registers are those of x86")

    used = registers(target)

    widest = {128: "xmm", 256: "ymm", 512: "zmm"}[target.vector_bits]
    assert widest in used
    assert not {name for name in used if name > widest}


def test_a_target_is_never_wider_than_the_machine():
    assert narrowed(128).vector_bits == 128
    assert narrowed(256).vector_bits <= narrowed(512).vector_bits


def test_a_setting_narrows_the_vectors(run_program):
    program = "from reference_impl.core.build import host; print(host().vector_bits)"
    setting = {"REFERENCE_IMPL_VECTOR_BITS": "128"}

    assert run_program(program, env=os.environ | setting).strip() == "128"


def test_a_width_that_no_processor_has_is_refused(monkeypatch):
    monkeypatch.setenv("REFERENCE_IMPL_VECTOR_BITS", "wide")
    host.cache_clear()

    with pytest.raises(
        RangeError, match="VECTOR_BITS must be one of 128, 256, 512; got 'wide'"
    ):
        host()
