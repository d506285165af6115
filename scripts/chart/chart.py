"""The chart as the tests see it: what helm makes of values, and what Kubernetes' own schemas say of that."""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import kubernetes_validate
import yaml

ROOT = pathlib.Path(sys.argv[1])
CLIENTS = pathlib.Path(sys.argv[2])
CHART = ROOT / "charts/imm"
HELMS = {version: CLIENTS / f"kubectl-{version}/helm" for version in ("1.37", "1.29")}
NEWEST = HELMS["1.37"]
# The oldest Kubernetes that is promised to work, and the newest.
KUBERNETES = ("1.28", "1.37")
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
DEFAULTS = yaml.safe_load((CHART / "values.yaml").read_text())
# What has been found right.
RIGHT = set()


class Refused(Exception):
    pass


def helm(*arguments, helm=NEWEST):
    run = subprocess.run([helm, *arguments], capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        raise Refused(run.stderr + run.stdout)
    return run.stdout


def render(values=None, *options, helm_program=NEWEST, release="imm", namespace="imm-system"):
    """The objects that the chart makes of values; `Refused` with what helm says."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(values or {}, file)
        file.flush()
        said = helm(
            "template", release, CHART, "--namespace", namespace, "--values", file.name, *options, helm=helm_program
        )
    return [document for document in yaml.load_all(said, Strict) if document]


class Strict(yaml.SafeLoader):
    """Refuses a key that stands twice."""


def mapping(loader, node, deep=False):
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise AssertionError(f"{node.start_mark}: {twice} more than once")
    return loader.construct_mapping(node, deep=True)


Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)


def at(path, value):
    """{"a": {"b": value}} for "a.b"."""
    for name in reversed(path.split(".")):
        value = {name: value}
    return value


def merged(left, right):
    result = copy.deepcopy(left)
    for key, value in right.items():
        both = isinstance(result.get(key), dict) and isinstance(value, dict)
        result[key] = merged(result[key], value) if both else value
    return result


def leaves(schema=SCHEMA, path=""):
    """(path, schema) of each value, with references followed."""
    if "$ref" in schema:
        schema = merged(SCHEMA["definitions"][schema["$ref"].split("/")[-1]], {k: v for k, v in schema.items() if k != "$ref"})
    if "properties" in schema:
        for name, child in schema["properties"].items():
            if name != "global":
                yield from leaves(child, f"{path}.{name}" if path else name)
    else:
        yield path, schema


LEAVES = dict(leaves())


def kinds(objects):
    return [document["kind"] for document in objects]


def one(objects, kind, name=None):
    found = [o for o in objects if o["kind"] == kind and name in (None, o["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} of kind {kind}, named {name}: {kinds(objects)}"
    return found[0]


def pod(objects):
    return one(objects, "Deployment")["spec"]["template"]["spec"]


def container(objects):
    return pod(objects)["containers"][0]


def rules(objects):
    """(role, rule) of all that is granted to immd itself."""
    bound = {
        (o["roleRef"]["kind"], o["roleRef"]["name"], o["metadata"].get("namespace"))
        for o in objects
        if o["kind"] in ("RoleBinding", "ClusterRoleBinding")
    }
    for role in objects:
        if role["kind"] in ("Role", "ClusterRole"):
            if (role["kind"], role["metadata"]["name"], role["metadata"].get("namespace")) in bound:
                for rule in role["rules"]:
                    yield role, rule


def validate(objects):
    """Against Kubernetes' own schemas, with no field that they do not know."""
    for document in objects:
        if document["apiVersion"].startswith("monitoring.coreos.com/"):
            continue
        for version in KUBERNETES:
            text = f"{version} {json.dumps(document, sort_keys=True)}"
            if text not in RIGHT:
                kubernetes_validate.validate(document, version, strict=True)
                RIGHT.add(text)


class ChartTest(unittest.TestCase):
    def refused(self, values, *words, **arguments):
        with self.assertRaises(Refused, msg=f"{values} were taken") as raised:
            render(values, **arguments)
        for word in words:
            self.assertIn(word, str(raised.exception))

    def each(self, cases, check):
        """Runs the check on all cases at once; the first failure is told with its case."""
        with ThreadPoolExecutor(4) as pool:
            for case, result in [(case, pool.submit(check, case)) for case in cases]:
                with self.subTest(case=case):
                    result.result()


# Every switch on, and every value that adds something set.
EVERYTHING = {
    "replicaCount": 3,
    "image": {"repository": "registry.example:5000/team/imm", "tag": "1.2.3", "pullPolicy": "Always"},
    "imagePullSecrets": [{"name": "registry"}],
    "commonLabels": {"example.com/team": "fleet"},
    "logLevel": "debug",
    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": 1, "memory": "1Gi", "ephemeral-storage": "2Gi"}},
    "podLabels": {"a": "b"},
    "podAnnotations": {"example.com/note": "any text: even this"},
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
    "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
        {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]}}},
    "priorityClassName": "system-cluster-critical",
    "serviceAccount": {"annotations": {"example.com/role": "arn:x"}},
    "podDisruptionBudget": {"minAvailable": 2},
    "networkPolicy": {"metricsFrom": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
                      "extraEgress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
    "service": {"annotations": {"example.com/x": "y"}},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
}
