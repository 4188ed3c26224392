"""What was found in the frameworks is still there."""

import pytest
from random_models.findings import FINDINGS
from random_models.kinds import KINDS

pytestmark = [pytest.mark.frameworks, pytest.mark.xdist_group("random models")]


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda f: f"{f.framework}-{f.name}")
def test_a_finding_still_holds(frameworks, finding):
    if finding.framework not in frameworks:
        pytest.skip(f"{finding.framework}: {frameworks.missing[finding.framework]}")

    off = frameworks.witness(finding.framework, finding.name)

    versions = frameworks.versions[finding.framework]
    assert off >= finding.at_least, (
        f"mended: seen in {finding.versions}, not {versions}"
    )


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda f: f"{f.framework}-{f.name}")
def test_a_finding_is_about_kinds_of_layers(finding):
    assert set(finding.kinds) <= set(KINDS)
