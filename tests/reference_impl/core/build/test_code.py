"""What machine code needs."""

import llvmlite.binding as llvm

from reference_impl.core.build.code import undefined
from reference_impl.core.build.target import narrowed


def object_file(text):
    return narrowed(512).machine().emit_object(llvm.parse_assembly(text))


def test_functions_that_are_called_and_missing_are_undefined():
    code = object_file("""
declare float @llvm.pow.f32(float, float)
declare i32 @somewhere_else(i32)
define float @f(float %x, i32 %n) {
  %m = call i32 @somewhere_else(i32 %n)
  %y = call float @llvm.pow.f32(float %x, float 2.5)
  ret float %y
}
""")

    assert sorted(undefined(code)) == ["powf", "somewhere_else"]


def test_code_on_its_own_needs_nothing():
    code = object_file("define i32 @f(i32 %x) {\n  ret i32 %x\n}\n")

    assert undefined(code) == ()


def test_nothing_is_known_of_other_formats():
    assert undefined(b"\xcf\xfa\xed\xfe") == ()
