"""Runs the tests of charts/imm on real helms, for `make test-chart`.

    test.py ROOT CLIENTS     the repository, and the folder that scripts/kubernetes-clients prints
"""

import sys
import time
import unittest

import objects
import security
import values


class Telling(unittest.TestResult):
    """Tells each test in the form of Swift Testing, so that .ci/run counts it."""

    def startTest(self, test):
        super().startTest(test)
        self.since, self.before = time.monotonic(), self.problems

    problems = property(lambda self: len(self.failures) + len(self.errors))

    def stopTest(self, test):
        name = test.id().split(".")[-1].removeprefix("test_").replace("_", " ")
        took, found = time.monotonic() - self.since, self.problems - self.before
        for _, text in (self.failures + self.errors)[-found:] if found else []:
            print(text)
        verdict = f"✘ Test \"{name}\" failed after {took:.3f} seconds with {found} issues." if found else \
            f"✔ Test \"{name}\" passed after {took:.3f} seconds."
        print(verdict, flush=True)


if __name__ == "__main__":
    begun = time.monotonic()
    result = Telling()
    for suite in (objects.Objects, values.Values, security.Security):
        unittest.defaultTestLoader.loadTestsFromTestCase(suite).run(result)
    verdict = "✔ Test run with {} tests in 3 suites passed after {:.3f} seconds."
    if not result.wasSuccessful():
        verdict = "✘ Test run with {} tests in 3 suites failed after {:.3f} seconds with " + f"{result.problems} issues."
    print(verdict.format(result.testsRun, time.monotonic() - begun))
    sys.exit(0 if result.wasSuccessful() else 1)
